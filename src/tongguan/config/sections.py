"""What the operator can set: each field gives type, bounds, default and its sentence in both languages."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from tongguan.ceb.limits import Limits

HTTP = ("http://", "https://")


def _says(zh: str, en: str, **bounds: Any) -> Meta:
    """The sentence of a key in both languages, with msgspec's bounds (``ge``, ``le``, ``min_length``)."""
    return Meta(description=en, extra={"zh": zh, "en": en}, **bounds)


class Store(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where durable state lies."""

    dir: Annotated[
        str,
        _says(
            "存放数据库、日志链与密钥的文件夹；相对路径从设置文件所在文件夹算起",
            "folder of databases, log tiles and keys; a relative path counts from the folder of the settings file",
            min_length=1,
        ),
    ] = "tongguan-data"


class Gateway(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The machines' door."""

    host: Annotated[str, _says("监听地址", "address to listen on", min_length=1)] = "127.0.0.1"
    port: Annotated[
        int, _says("监听端口；0 表示由系统选取", "port to listen on; 0 lets the system choose", ge=0, le=65535)
    ] = 8280
    number: Annotated[
        int,
        _says(
            "本机第一个网关进程的编号，其余依次递增；写入每份申报的编号，同一部署内不得重复",
            "number of this host's first gateway, the others count on; part of every filing id, unique in a deployment",
            ge=1,
            le=98,
        ),
    ] = 1
    processes: Annotated[
        int,
        _says("网关进程数，每个进程有自己的收件库", "gateway processes, each with an inbox of its own", ge=1, le=98),
    ] = 1
    max_body_bytes: Annotated[
        int,
        _says(
            "一次请求的最大字节数（解压前），超过者答 413",
            "largest request body in bytes, before unpacking; above it the answer is 413",
            ge=1024,
            le=1 << 30,
        ),
    ] = 32 * 1024 * 1024
    max_body_seconds: Annotated[
        int,
        _says("收完一次请求的最长秒数", "longest time for one request body to arrive, in seconds", ge=1, le=3600),
    ] = 60
    max_waiting: Annotated[
        int,
        _says(
            "等待写入的申报上限，超过者答 503",
            "filings that may wait to be stored; above it the answer is 503",
            ge=1,
            le=1_000_000,
        ),
    ] = 2000
    rate_per_second: Annotated[
        int,
        _says(
            "每个令牌每秒可请求的次数，超过者答 429；0 表示不限",
            "requests a second for one token, above it the answer is 429; 0 means no limit",
            ge=0,
            le=1_000_000,
        ),
    ] = 0
    rate_burst: Annotated[
        int,
        _says(
            "每个令牌可一次性突发的请求次数",
            "requests that one token may send at once before the rate counts",
            ge=1,
            le=1_000_000,
        ),
    ] = 100
    retry_after_seconds: Annotated[
        int,
        _says("429 与 503 答复中建议的等待秒数", "seconds to wait, told with 429 and 503", ge=1, le=3600),
    ] = 2
    max_lag: Annotated[
        int,
        _says(
            "引擎落后多少份申报以内仍报告就绪（/readyz）",
            "filings the engine may be behind while /readyz still says ready",
            ge=1,
            le=100_000_000,
        ),
    ] = 5000
    sm2_route: Annotated[
        Literal["auto", "evp", "precomputed"],
        _says(
            "SM2 验签方式：auto 取最快者；evp 只用 libcrypto 的 EVP（经认证的环境）；precomputed 要求倍点表可用",
            "how SM2 is verified: auto takes the fastest way, evp only libcrypto's EVP (for a certified set-up), "
            "precomputed insists on the tables",
        ),
    ] = "auto"


class Ceb(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How messages are read at the door; the defaults are those of ``tongguan.ceb.limits.Limits``."""

    profile: Annotated[
        Literal["strict", "lenient"],
        _says(
            "未另行登记的参与方按哪种宽严读取报文",
            "how strictly messages are read, for parties whose row does not say otherwise",
        ),
    ] = "strict"
    max_bytes: Annotated[
        int, _says("报文解压后的最大字节数", "largest message in bytes after unpacking", ge=1024, le=1 << 30)
    ] = 32 * 1024 * 1024
    max_depth: Annotated[int, _says("报文元素的最大嵌套层数", "deepest nesting of elements", ge=4, le=256)] = 16
    max_lines: Annotated[
        int,
        _says(
            "结构不设上限时一份单证的最大行数（如入库明细单）",
            "most lines of one record where the schema sets no bound (a warehouse entry list, say)",
            ge=1,
            le=1_000_000,
        ),
    ] = 10_000


class Api(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The read API beside the gateway."""

    page_size_max: Annotated[int, _says("一页最多返回的条数", "most rows of one page", ge=1, le=10_000)] = 1000


class Sandbox(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Invented parties and their test root."""

    enabled: Annotated[
        bool,
        _says(
            "本库是否为沙箱：接受测试根证书与情景；正式库不得开启",
            "whether this store is a sandbox: it takes the test root and scenarios; never on in a real one",
        ),
    ] = False


class Log(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The operator's log (JSON lines on standard error)."""

    level: Annotated[
        Literal["debug", "info", "warning", "error"], _says("最低记录级别", "lowest level that is written")
    ] = "info"


class Deployment(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What this house is to its filers, and the window above it, where there is one."""

    role: Annotated[
        Literal["authority", "relay", "shadow"],
        _says(
            "本系统的角色：authority 自行决定；relay 检查后转交上游并传回其回执；shadow 旁路决定，只与上游的回执比对",
            "authority decides; relay checks, forwards to the upstream window and hands its receipts back; "
            "shadow decides beside and only compares with the upstream's receipts",
        ),
    ] = "authority"
    upstream: Annotated[
        str,
        _says(
            "上游窗口：http(s) 网址，或放入待申报文件的文件夹；authority 留空",
            "the upstream window: an http(s) address, or the folder into which messages are put; empty for authority",
        ),
    ] = ""
    receipts: Annotated[
        str,
        _says(
            "上游放回执文件的文件夹；上游为网址时可留空（改为向其查询）",
            "folder in which the upstream's receipts appear; may be empty where it has an address (it is then asked)",
        ),
    ] = ""
    poll_seconds: Annotated[
        int, _says("每隔几秒取一次上游的回执", "seconds between two looks for the upstream's receipts", ge=1, le=3600)
    ] = 5


class Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """All settings in force. ``source`` is the file they came from, or None for the defaults alone."""

    store: Store = Store()
    gateway: Gateway = Gateway()
    ceb: Ceb = Ceb()
    api: Api = Api()
    sandbox: Sandbox = Sandbox()
    log: Log = Log()
    deployment: Deployment = Deployment()
    source: Path | None = None

    def store_dir(self) -> Path:
        """The data folder; a relative one counts from the settings file, or from the working folder without a file."""
        return self._beside(self.store.dir)

    def upstream_address(self) -> str:
        """Where the upstream window answers over HTTP; empty where it is a folder, or where there is none."""
        named = self.deployment.upstream
        return named.rstrip("/") if named.startswith(HTTP) else ""

    def upstream_folder(self) -> Path | None:
        """The folder into which messages for the upstream are put; a relative one counts as ``store_dir`` does."""
        named = self.deployment.upstream
        return self._beside(named) if named and not named.startswith(HTTP) else None

    def receipts_folder(self) -> Path | None:
        """The folder in which the upstream's receipts appear."""
        return self._beside(self.deployment.receipts) if self.deployment.receipts else None

    def _beside(self, named: str) -> Path:
        return (self.source.parent if self.source else Path()) / named

    def limits(self) -> Limits:
        """The bounds on one incoming message, as ``tongguan.ceb.read`` takes them."""
        return Limits(bytes_max=self.ceb.max_bytes, depth_max=self.ceb.max_depth, lines_max=self.ceb.max_lines)


SECTIONS: Mapping[str, type[msgspec.Struct]] = {
    "store": Store,
    "gateway": Gateway,
    "ceb": Ceb,
    "api": Api,
    "sandbox": Sandbox,
    "log": Log,
    "deployment": Deployment,
}
