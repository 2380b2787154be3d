package io.muster.recipes.lease;

/** What a lease's listener is told: each change of its {@link LeaseState}. */
public sealed interface LeaseEvent {

    /** The connection is gone; see {@link LeaseState#SUSPECT}. */
    record Suspected() implements LeaseEvent {}

    /** The connection is back before the deadline. */
    record Recovered() implements LeaseEvent {}

    record Lost(LeaseLoss loss) implements LeaseEvent {}

    /** The holder let go. */
    record Releasing() implements LeaseEvent {}

    record Released() implements LeaseEvent {}
}
