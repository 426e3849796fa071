/**
 * Bijections that are the flow of an ordinary differential equation: velocity fields, Runge–Kutta
 * rules, divergence estimators and the block that joins them. A new velocity network is a {@link
 * org.ebbflow.flow.network.Network} with a layout; objectives that train blocks live elsewhere.
 */
@NullMarked
package org.ebbflow.flow.ode;

import org.jspecify.annotations.NullMarked;
