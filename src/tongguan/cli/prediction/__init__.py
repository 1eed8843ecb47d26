"""What would be decided on messages that are not filed: the core's own decision, over cases and facts kept in memory.

Read, take, decide, group: ``papers`` opens the files as the door does, ``foresee`` has each record decided,
``grouping`` puts the answers of an order together. What no file tells is assumed good, and each assumption is named
(``assumptions``).
"""
