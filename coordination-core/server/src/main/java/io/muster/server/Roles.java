package io.muster.server;

import io.muster.replica.zab.Role;
import io.muster.server.admin.ServerMode;

/** Roles in words. */
final class Roles {
    private Roles() {}

    static String describe(Role role) {
        if (role instanceof Role.Leading leading) {
            return "leader epoch=" + leading.epoch();
        } else if (role instanceof Role.Following following) {
            return "follower leader=" + following.leader() + " epoch=" + following.epoch();
        } else if (role instanceof Role.Observing observing) {
            return "observer leader=" + observing.leader() + " epoch=" + observing.epoch();
        } else if (role instanceof Role.Joining joining) {
            return "joining leader=" + joining.leader();
        } else if (role instanceof Role.Elected) {
            return "elected";
        }
        return role instanceof Role.Retired ? "retired" : "looking";
    }

    /** Whoever is on the way to a leader, or to be one, serves nobody yet. */
    static ServerMode mode(Role role) {
        if (role instanceof Role.Leading) {
            return ServerMode.LEADER;
        } else if (role instanceof Role.Following) {
            return ServerMode.FOLLOWER;
        }
        return role instanceof Role.Observing ? ServerMode.OBSERVER : ServerMode.LOOKING;
    }
}
