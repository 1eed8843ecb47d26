"""The decision core: what follows from one filing, command or moment, by the law of the day. Pure; see ``decide``."""
