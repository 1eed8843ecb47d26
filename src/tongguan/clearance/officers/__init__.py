"""Officers: who may do what to a case, what it does, who gets which case, pauses of release, and the queue."""
