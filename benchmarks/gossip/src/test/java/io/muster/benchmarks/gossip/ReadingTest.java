package io.muster.benchmarks.gossip;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What others print is read as it is meant. */
class ReadingTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "2026/11/22 00:05:56 [INFO] serf: EventMemberJoin: n12 127.0.0.1 | UP | 12",
                "2026/11/22 00:05:56 [INFO] serf: EventMemberFailed: n3 10.213.1.4 | DOWN | 3",
                "    2026/11/22 00:05:56 [INFO] serf: EventMemberLeave: n3 10.213.1.4 | GONE | 3",
                "2026/11/22 00:05:56 [INFO] memberlist: Suspect n249 has failed, no acks received | SUSPECTED | 249"
            })
    void serfsLogTellsWhatItSees(String line, Views.Sight sight, int subject) {
        assertThat(new SerfAgents().sighting(line)).contains(new Contestant.Sighting(sight, subject));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "2026/11/22 00:05:56 [INFO] agent: Received event: member-join",
                "2026/11/22 00:05:56 [INFO] memberlist: Marking n3 as failed, suspect timeout reached",
                ""
            })
    void otherLinesOfSerfTellNothing(String line) {
        assertThat(new SerfAgents().sighting(line)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"UP n12, UP, 12", "DOWN n3, DOWN, 3", "SUSPECTED n0, SUSPECTED, 0", "GONE n7, GONE, 7"})
    void ourNodesTellWhatTheySee(String line, Views.Sight sight, int subject) {
        assertThat(new MusterProcesses().sighting(line)).contains(new Contestant.Sighting(sight, subject));
    }

    @Test
    void trafficIsWhatAllInterfacesReceived() {
        Traffic traffic = Traffic.parse("""
                Inter-|   Receive                                                |  Transmit
                 face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs drop fifo colls carrier compressed
                    lo: 1000       7    0    0    0     0          0         0     1000       7    0    0    0     0       0          0
                    p1:  234       2    0    0    0     0          0         0       99       1    0    0    0     0       0          0
                """);
        assertThat(traffic).isEqualTo(new Traffic(1234, 9));
        assertThat(traffic.since(new Traffic(34, 1))).isEqualTo(new Traffic(1200, 8));
    }

    @Test
    void aFleetTellsItsFigures() {
        assertThat(FleetProcess.read("FIGURE JOIN 1.25")).contains(new FleetProcess.Measured(Figure.JOIN, 1.25));
        assertThat(FleetProcess.read("pairs that see each other: 1.0000")).isEmpty();
    }
}
