"""The description of the whole door: Litestar's own for reading, and POST /dxp, which Litestar never sees."""

from __future__ import annotations

from typing import Any

import msgspec
from litestar.openapi.spec import OpenAPI

from tongguan.gateway.pull_door import PATH as UPLOADS
from tongguan.gateway.regional import HEAD, POST_PATH

_PROBLEMS = {"application/json": {"schema": {"$ref": "#/components/schemas/ProblemsForm"}}}
_ANSWERS = {
    "202": (
        "stored; each record is answered by a receipt 已受理入库，逐条以回执答复",
        {
            "application/json": {
                "schema": {
                    "type": "object",
                    "required": ["filingId", "messageType", "records", "receivedAt", "warnings"],
                    "properties": {
                        "filingId": {"type": "string", "examples": ["G01-000000000123"]},
                        "messageType": {"type": "string", "examples": ["CEB621Message"]},
                        "records": {"type": "integer"},
                        "receivedAt": {"type": "string", "format": "date-time"},
                        "warnings": {"type": "array", "items": {"$ref": "#/components/schemas/ProblemForm"}},
                    },
                }
            }
        },
    ),
    "401": ("no token in force; nothing is stored 没有有效令牌，未保存", _PROBLEMS),
    "403": ("SenderId is not the token's party; nothing is stored 发送方与令牌不符，未保存", _PROBLEMS),
    "408": ("the body came too slowly; nothing is stored 送达太慢，未保存", _PROBLEMS),
    "413": ("too large, as sent or unpacked; nothing is stored 超过大小上限，未保存", _PROBLEMS),
    "415": ("content type or compression not taken; nothing is stored 类型或压缩不受支持，未保存", _PROBLEMS),
    "422": (
        "unreadable, unknown or against the schema; stored as refused 无法读取或不符合格式，记为拒收",
        {
            "application/xml": {"schema": {"type": "string", "description": "CEB900Message"}},
            **_PROBLEMS,
        },
    ),
    "429": ("too often, see Retry-After; nothing is stored 过于频繁，未保存", _PROBLEMS),
    "503": ("busy or stopping, see Retry-After; nothing is stored 正忙或正在停止，未保存", _PROBLEMS),
}
_POST = {
    "summary": "申报 File a message",
    "description": (
        "A DxpMsg envelope or a bare CEB message, up to 100 records; Content-Encoding: gzip is taken. "
        "DxpMsg 信封或裸 CEB 报文，最多 100 条记录；可用 gzip 压缩。"
    ),
    "operationId": "PostDxp",
    "requestBody": {
        "required": True,
        "content": {
            kind: {"schema": {"type": "string", "format": "binary"}}
            for kind in ("application/xml", "text/xml", "application/octet-stream")
        },
    },
    "responses": {status: {"description": text, "content": content} for status, (text, content) in _ANSWERS.items()},
}
_UPLOAD = {
    "summary": "上传支付原始数据 Upload pulled payment data",
    "description": (
        "Announcement 179 of 2018. Every answer has the same form; code 10000 means that the upload is taken. "
        "海关总署 2018 年第 179 号公告。各种答复形式相同，code 10000 表示已收下。"
    ),
    "operationId": "PostRealTimeDataUpload",
    "security": [],
    "requestBody": {
        "required": True,
        "content": {
            "application/x-www-form-urlencoded": {
                "schema": {
                    "type": "object",
                    "required": ["payExInfoStr"],
                    "properties": {"payExInfoStr": {"type": "string"}},
                }
            }
        },
    },
    "responses": {
        status: {
            "description": text,
            "content": {
                "application/json": {
                    "schema": {
                        "type": "object",
                        "required": ["code", "message", "total", "serviceTime"],
                        "properties": {
                            "code": {"type": "string", "examples": ["10000"]},
                            "message": {"type": "string"},
                            "total": {"type": "integer"},
                            "serviceTime": {"type": "integer"},
                        },
                    }
                }
            },
        }
        for status, text in (
            ("200", "the code says whether it is taken 是否收下见 code"),
            ("400", "it did not arrive whole 未完整送达"),
            ("405", "not POST 不是 POST"),
            ("413", "too large 超过大小上限"),
            ("503", "busy 系统繁忙"),
        )
    },
}
_REGIONAL = {
    "summary": "区域报文 File in the regional form",
    "description": (
        "The JSON form of regional gateways: a head, and the signed message in base64. Answered as POST /dxp, in JSON. "
        "地方平台的 JSON 形式：表头与 base64 的签名报文；答复与 POST /dxp 相同，为 JSON。"
    ),
    "operationId": "PostRegionalMessage",
    "requestBody": {
        "required": True,
        "content": {
            "application/json": {
                "schema": {
                    "type": "object",
                    "required": ["head", "data"],
                    "properties": {
                        "head": {
                            "type": "object",
                            "required": list(HEAD),
                            "properties": {name: {"type": "string"} for name in HEAD},
                        },
                        "data": {"type": "string", "contentEncoding": "base64"},
                    },
                }
            }
        },
    },
    "responses": {
        **_POST["responses"],  # type: ignore[dict-item]
        "400": {"description": "not the JSON that is asked for; nothing is stored 不是所要求的 JSON，未保存",
                "content": _PROBLEMS},
        "422": {"description": _ANSWERS["422"][0], "content": _PROBLEMS},
    },
}  # fmt: skip
_OPEN = ("/healthz", "/readyz")


def openapi_json(schema: OpenAPI) -> bytes:
    """The document as JSON, with bearer tokens asked for everywhere but at the health pages."""
    document: dict[str, Any] = schema.to_schema()
    document["paths"]["/dxp"] = {"post": _POST}
    document["paths"][POST_PATH] = {"post": _REGIONAL}
    document["paths"][UPLOADS] = {"post": _UPLOAD}
    document.setdefault("components", {})["securitySchemes"] = {"token": {"type": "http", "scheme": "bearer"}}
    document["security"] = [{"token": []}]
    for path in _OPEN:
        document["paths"][path]["get"]["security"] = []
    return msgspec.json.encode(document)
