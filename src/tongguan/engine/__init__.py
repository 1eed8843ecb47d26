"""The loop: cut the inboxes, load the cases, decide one event after another, commit, go on."""
