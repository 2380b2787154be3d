package io.muster.replica.zab;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.replica.peer.Membership;
import io.muster.replica.peer.Membership.Member;
import io.muster.replica.peer.Membership.Role;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class RoundsTest {
    private static final Quorums THREE = Quorums.of(List.of(new Membership(
            LongStream.rangeClosed(1, 3)
                    .mapToObj(id -> new Member(id, Role.PARTICIPANT, List.of(), null))
                    .toList(),
            0)));

    private final Rounds rounds = new Rounds(0);

    @Test
    void aQuorumsAnswersConfirm() {
        long round = rounds.request(5);
        assertEquals(round, rounds.send());
        assertFalse(rounds.advance(1, THREE));
        assertTrue(rounds.answer(2, round));
        assertTrue(rounds.advance(1, THREE));
        assertEquals(round, rounds.confirmed());
    }

    @Test
    void whoAsksWhileOneIsOnItsWaySharesTheNext() {
        long first = rounds.request(5);
        rounds.send();
        long second = rounds.request(5);
        assertEquals(second, rounds.request(5));
        assertTrue(second > first);
        assertFalse(rounds.isDue());
        rounds.answer(2, first);
        rounds.advance(1, THREE);
        assertEquals(first, rounds.confirmed());
        assertTrue(rounds.isDue());
    }

    /** What was answered before the question was asked proves nothing about the time after it. */
    @Test
    void anEarlierAnswerConfirmsNothing() {
        long first = rounds.request(5);
        rounds.send();
        long second = rounds.request(5);
        rounds.answer(2, first);
        rounds.answer(3, first);
        rounds.advance(1, THREE);
        assertTrue(rounds.confirmed() < second);
    }

    @Test
    void aProposalThatCameAfterTheQuestionAnswersIt() {
        long round = rounds.request(5);
        rounds.acked(2, 5);
        assertFalse(rounds.advance(1, THREE), "proposed before");
        rounds.acked(2, 6);
        assertTrue(rounds.advance(1, THREE));
        assertEquals(round, rounds.confirmed());
        assertFalse(rounds.isDue(), "it need not be sent any more");
    }

    /** Who shares a round that was not sent may ask later than who began it: only what comes after the last of them counts. */
    @Test
    void aSharedRoundIsAsLateAsItsLastAsker() {
        rounds.request(5);
        rounds.request(7);
        rounds.acked(2, 7);
        assertFalse(rounds.advance(1, THREE));
        rounds.acked(2, 8);
        assertTrue(rounds.advance(1, THREE));
    }

    @Test
    void answersThatTakeLongerThanTheNextQuestionStillConfirmTheirOwn() {
        long first = rounds.request(5);
        rounds.send();
        rounds.request(5);
        long second = rounds.send();
        rounds.answer(2, first);
        assertTrue(rounds.advance(1, THREE));
        assertEquals(first, rounds.confirmed());
        rounds.answer(3, second);
        assertTrue(rounds.advance(1, THREE));
        assertEquals(second, rounds.confirmed());
    }

    @Test
    void aRoundThatWasNeverSentIsNoAnswer() {
        rounds.request(5);
        assertFalse(rounds.answer(2, 1));
    }

    /** As with followers of ZooKeeper's, to whom nothing is proposed for a day. */
    @Test
    void roundsThatNobodyAnswersAreAllConfirmedByTheNextProposal() {
        long last = 0;
        for (int i = 0; i < 100_000; i++) {
            last = rounds.request(5);
            rounds.send();
        }
        rounds.acked(2, 6);
        assertTrue(rounds.advance(1, THREE));
        assertEquals(last, rounds.confirmed());
    }

    @Test
    void numbersGoOnFromAnEarlierLeadership() {
        assertEquals(8, new Rounds(7).request(0));
    }
}
