package dev.weft.proxy.http.router;

/**
 * Where a request is.
 *
 * <pre>
 * FILTERING ──► HELD ──► FILTERING        a filter waits for something
 *     │
 *     ├──► RESPONDING | DONE              answered here
 *     ▼
 *  TRYING ◄──► BACKING_OFF                an attempt is under way; a retry waits for its time
 *     │              │
 *     ▼              ▼
 * RESPONDING ──────► DONE                 a head went downstream: from here on nothing is repeated
 * </pre>
 */
enum Phase {
  FILTERING,
  HELD,
  TRYING,
  BACKING_OFF,
  RESPONDING,
  DONE;

  /** Goes on to the next phase; an edge that is not in the picture is a bug. */
  Phase to(Phase next) {
    boolean legal =
        switch (this) {
          case FILTERING -> next == HELD || next == TRYING || next == RESPONDING || next == DONE;
          case HELD -> next == FILTERING || next == RESPONDING || next == DONE;
          case TRYING -> next == BACKING_OFF || next == RESPONDING || next == DONE;
          case BACKING_OFF -> next == TRYING || next == RESPONDING || next == DONE;
          case RESPONDING -> next == DONE;
          case DONE -> false;
        };
    if (!legal) {
      throw new IllegalStateException(this + " to " + next);
    }
    return next;
  }
}
