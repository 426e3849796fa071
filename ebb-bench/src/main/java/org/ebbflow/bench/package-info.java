@NullMarked
package org.ebbflow.bench;

import org.jspecify.annotations.NullMarked;
