package io.muster.replica.zab;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.muster.replica.peer.Membership;
import io.muster.replica.peer.Membership.Member;
import io.muster.replica.peer.Membership.Role;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class ProposalsTest {
    private static Quorums quorums(long... voters) {
        return Quorums.of(List.of(new Membership(
                LongStream.of(voters)
                        .mapToObj(id -> new Member(id, Role.PARTICIPANT, List.of(), null))
                        .toList(),
                0)));
    }

    private final Proposals proposals = new Proposals(10, quorums(1, 2, 3));

    @Test
    void aQuorumsAcknowledgementsCommitAndAMinoritysDoNot() {
        proposals.ack(1, 12);
        assertEquals(10, proposals.advance(15));
        proposals.ack(2, 11);
        assertEquals(11, proposals.advance(15));
        proposals.ack(3, 15);
        assertEquals(12, proposals.advance(15));
    }

    @Test
    void acknowledgementsOfWhoHasNoVoteDoNotCount() {
        proposals.ack(1, 12);
        proposals.ack(7, 12);
        proposals.ack(8, 12);
        assertEquals(10, proposals.advance(15));
    }

    @Test
    void whatIsCommittedStaysSo() {
        proposals.ack(1, 12);
        proposals.ack(2, 12);
        proposals.advance(15);
        proposals.withdraw(2, 10);
        assertEquals(12, proposals.advance(15));
    }

    /** A server that was told to cut its log may lose what it is sent again; another one must hold it then. */
    @Test
    void anAcknowledgementIsForgottenWhenItsProposalIsCutOff() {
        proposals.ack(2, 12);
        proposals.withdraw(2, 10);
        proposals.ack(1, 12);
        assertEquals(10, proposals.advance(12));
        proposals.ack(2, 12);
        assertEquals(12, proposals.advance(12));
    }

    @Test
    void aTransactionThatChangesTheMembershipNeedsAQuorumOfBothAndSoDoesWhatComesAfter() {
        proposals.alsoFrom(12, quorums(3, 4, 5));
        proposals.ack(1, 14);
        proposals.ack(2, 14);
        assertEquals(11, proposals.advance(14), "the one before needs the first membership only");
        proposals.ack(4, 14);
        proposals.ack(5, 13);
        assertEquals(13, proposals.advance(14));
    }

    @Test
    void moreThanWasProposedIsAFailedCheck() {
        proposals.ack(1, 12);
        proposals.ack(2, 12);
        assertThrows(IllegalStateException.class, () -> proposals.advance(11));
    }
}
