package org.ebbflow.bench.reproduce;

/** The user has asked to stop; what is done so far is on disk. */
public final class Stopped extends RuntimeException {
  private static final long serialVersionUID = 1;

  /** Without a message. */
  public Stopped() {
    super(null, null, false, false);
  }
}
