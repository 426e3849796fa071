package org.ebbflow.tensor;

import java.util.Iterator;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Context;
import org.jspecify.annotations.Nullable;

/**
 * Frees every tensor made inside it when it closes.
 *
 * <p>Tensors live outside the Java heap, where the garbage collector does not see their weight. So
 * each step of a computation runs in a scope, and what outlives the step leaves it on purpose:
 *
 * <pre>{@code
 * try (Scope scope = Scope.open()) {
 *   Tensor y = ...;
 *   return scope.pass(y);
 * }
 * }</pre>
 *
 * <p>Scopes belong to the thread that opened them and close in reverse order.
 *
 * <p>While a thread has one, numbers too small for their type's normal range count as zero on it:
 * processors take a hundred times as long for them, and a trained softplus makes many.
 */
public final class Scope implements AutoCloseable {
  private final PointerScope scope;
  private final boolean outermost;

  private Scope() {
    NativeLibraries.load();
    outermost = PointerScope.getInnerScope() == null;
    if (outermost) {
      Context.setFlushDenormal(true);
    }
    scope = new PointerScope();
  }

  /** Opens a scope on the current thread. */
  public static Scope open() {
    return new Scope();
  }

  /**
   * Hands a tensor of this scope to the enclosing one, or to the caller for good where there is
   * none; returns it.
   */
  public <T extends Pointer> T pass(T pointer) {
    Iterator<PointerScope> scopes = PointerScope.getScopeIterator();
    while (scopes != null && scopes.hasNext()) {
      if (scopes.next() == scope) {
        break;
      }
    }
    if (scopes != null && scopes.hasNext()) {
      scopes.next().attach(pointer);
    } else {
      pointer.retainReference();
    }
    return pointer;
  }

  /**
   * Takes a tensor out of all scopes and returns it; it lives until {@link #release} or until the
   * garbage collector finds it unreachable. For parameters and other long-lived state.
   */
  public static <T extends Pointer> T own(T pointer) {
    pointer.retainReference();
    return pointer;
  }

  /** Frees a tensor that {@link #own} took out, now instead of when it is collected. */
  public static void release(Pointer pointer) {
    pointer.releaseReference();
  }

  /** The current scope of this thread, for what inner scopes make for it. */
  public static Home home() {
    return new Home(PointerScope.getInnerScope());
  }

  /** A scope that may not be the innermost one any more, or none. */
  public static final class Home {
    private final @Nullable PointerScope scope;

    private Home(@Nullable PointerScope scope) {
      this.scope = scope;
    }

    /** Keeps a tensor until this scope is closed, or for good where there is none; returns it. */
    public <T extends Pointer> T take(T pointer) {
      if (scope == null) {
        pointer.retainReference();
      } else {
        scope.attach(pointer);
      }
      return pointer;
    }
  }

  /** Puts a tensor that another thread made into the current scope of this thread, if any. */
  static void adopt(Pointer pointer) {
    PointerScope inner = PointerScope.getInnerScope();
    if (inner != null) {
      inner.attach(pointer);
    }
  }

  /**
   * As {@link #adopt}, for a tensor that the other thread has passed from its outermost scope;
   * where there is no scope here either, it is the caller's for good.
   */
  static void adoptPassed(Pointer pointer) {
    if (PointerScope.getInnerScope() != null) {
      adopt(pointer);
      pointer.releaseReference();
    }
  }

  @Override
  public void close() {
    scope.close();
    if (outermost) {
      Context.setFlushDenormal(false);
    }
  }
}
