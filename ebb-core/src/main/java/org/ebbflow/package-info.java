/** Ebb: normalizing flows on the JVM. */
@NullMarked
package org.ebbflow;

import org.jspecify.annotations.NullMarked;
