package io.muster.replica;

import io.muster.protocol.Request;
import io.muster.replica.session.SessionSecret;
import io.muster.replica.state.AccessControl;
import io.muster.replica.state.AccessSettings;
import io.muster.replica.state.TxnForm;
import org.jspecify.annotations.Nullable;

/** What a replica does not learn from its state. Immutable. */
public final class ReplicaSettings {
    private final Builder values;

    private ReplicaSettings(Builder values) {
        this.values = values;
    }

    /** Begins with ZooKeeper's settings. */
    public static Builder builder() {
        return new Builder();
    }

    /** A copy to change. */
    public Builder toBuilder() {
        return values.copy();
    }

    /** 1 to 254; the top byte of the sessions it makes. */
    public int serverId() {
        return values.serverId;
    }

    /** The grain of session expiry, at least 1. */
    public int tickTimeMs() {
        return values.tickTimeMs;
    }

    /** What a shorter request is raised to. */
    public int minSessionTimeoutMs() {
        return values.maxSessionTimeoutMs == 0 ? 2 * values.tickTimeMs : values.minSessionTimeoutMs;
    }

    /** What a longer request is lowered to. */
    public int maxSessionTimeoutMs() {
        return values.maxSessionTimeoutMs == 0 ? 20 * values.tickTimeMs : values.maxSessionTimeoutMs;
    }

    /** Of the transactions that it writes. */
    public TxnForm form() {
        return values.form;
    }

    /** Who is let in, how they prove who they are, and who may do what. */
    public AccessControl access() {
        return values.access;
    }

    /** How much clients may have. A request for one watch more is refused with the error QuotaExceeded, a handshake for one session more is closed. */
    public Limits limits() {
        return values.limits;
    }

    /** When containers and znodes with a time to live go. */
    public Reaping reaping() {
        return values.reaping;
    }

    /** Whether a hard quota refuses what would exceed it, and a soft one warns of it. */
    public boolean enforceQuota() {
        return values.enforceQuota;
    }

    /** Whether the membership may be changed by a request, on a server that has members. */
    public boolean reconfigEnabled() {
        return values.reconfigEnabled;
    }

    /** Operations that a multi, be it of writes or of reads, may have, at least 1; a longer one fails with the error BadArguments. */
    public int maxMultiOps() {
        return values.maxMultiOps;
    }

    /** Whether the request has no more operations than {@link #maxMultiOps}. */
    public boolean allows(Request request) {
        if (request instanceof Request.Multi multi) {
            return multi.ops().size() <= maxMultiOps();
        }
        return !(request instanceof Request.MultiRead multi) || multi.ops().size() <= maxMultiOps();
    }

    /** What to make the passwords of new sessions from where the state has no secret yet; null to give new sessions the passwords that ZooKeeper would give them, for a migration. */
    public @Nullable SessionSecret newSecret() {
        return values.newSecret;
    }

    /** Collects settings; the getters of what it builds explain them. Used by one thread. */
    public static final class Builder implements Cloneable {
        private int serverId = 1;
        private int tickTimeMs = 3_000;
        private int minSessionTimeoutMs;
        private int maxSessionTimeoutMs;
        private TxnForm form = TxnForm.DEFAULT;
        private AccessControl access = AccessControl.of(AccessSettings.DEFAULT);
        private Limits limits = Limits.DEFAULT;
        private Reaping reaping = Reaping.DEFAULT;
        private boolean enforceQuota;
        private boolean reconfigEnabled;
        private int maxMultiOps = 100_000;
        private @Nullable SessionSecret newSecret;

        private Builder() {}

        public Builder serverId(int value) {
            serverId = value;
            return this;
        }

        public Builder tickTimeMs(int value) {
            tickTimeMs = value;
            return this;
        }

        public Builder form(TxnForm value) {
            form = value;
            return this;
        }

        public Builder access(AccessControl value) {
            access = value;
            return this;
        }

        public Builder limits(Limits value) {
            limits = value;
            return this;
        }

        public Builder reaping(Reaping value) {
            reaping = value;
            return this;
        }

        public Builder enforceQuota(boolean value) {
            enforceQuota = value;
            return this;
        }

        public Builder reconfigEnabled(boolean value) {
            reconfigEnabled = value;
            return this;
        }

        public Builder maxMultiOps(int value) {
            maxMultiOps = value;
            return this;
        }

        public Builder newSecret(@Nullable SessionSecret value) {
            newSecret = value;
            return this;
        }

        /** Without this 2 and 20 ticks. */
        public Builder sessionTimeoutsMs(int min, int max) {
            minSessionTimeoutMs = min;
            maxSessionTimeoutMs = max;
            return this;
        }

        private Builder copy() {
            try {
                return (Builder) clone();
            } catch (CloneNotSupportedException e) {
                throw new AssertionError(e);
            }
        }

        private void check() {
            if (serverId < 1 || serverId > 254) {
                throw new IllegalArgumentException("serverId must be 1 to 254, not " + serverId);
            }
            if (maxMultiOps < 1) {
                throw new IllegalArgumentException("maxMultiOps must be at least 1, not " + maxMultiOps);
            }
            if (tickTimeMs < 1) {
                throw new IllegalArgumentException("tickTimeMs must be at least 1, not " + tickTimeMs);
            }
            if (maxSessionTimeoutMs != 0 && (minSessionTimeoutMs < 1 || minSessionTimeoutMs > maxSessionTimeoutMs)) {
                throw new IllegalArgumentException("session timeouts must be 1 <= min <= max, not "
                        + minSessionTimeoutMs + " and " + maxSessionTimeoutMs);
            }
        }

        public ReplicaSettings build() {
            check();
            return new ReplicaSettings(copy());
        }
    }
}
