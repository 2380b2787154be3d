/**
 * Who is connected for how long: session deadlines and passwords.
 *
 * <p>Main invariant: a session expires no earlier than its timeout after its last touch, and at most one tick later. Pure;
 * start at {@link io.muster.replica.session.SessionTable}.
 */
@NullMarked
package io.muster.replica.session;

import org.jspecify.annotations.NullMarked;
