package io.muster.quorum.cluster;

import com.fasterxml.jackson.databind.JsonNode;
import io.muster.quorum.history.Answer;
import io.muster.quorum.history.Call;

/** What the lease API's answers mean. */
final class LeaseAnswers {
    private LeaseAnswers() {}

    /** @throws IllegalStateException when the answer is none that the API knows */
    static Answer of(Call call, int status, JsonNode body) {
        if (call instanceof Call.Acquire && status == 200) {
            return acquired(body);
        }
        if (call instanceof Call.Renew && status == 200) {
            return body.path("renewed").isEmpty() ? new Answer.Gone() : new Answer.Done();
        }
        if (call instanceof Call.Release && status == 200) {
            return body.path("released").asBoolean() ? new Answer.Done() : new Answer.Gone();
        }
        if (call instanceof Call.Inspect && status == 404) {
            return new Answer.Free();
        }
        if (call instanceof Call.Inspect && status == 200) {
            boolean live = body.path("live").asBoolean();
            return live
                    ? new Answer.HeldBy(
                            body.path("holder").asText(), body.path("token").asLong())
                    : new Answer.Free();
        }
        throw new IllegalStateException(call + " was answered " + status + " " + body);
    }

    private static Answer acquired(JsonNode body) {
        String result = body.path("result").asText();
        if (result.equals("GRANTED")) {
            return new Answer.Granted(body.path("token").asLong());
        }
        if (!result.equals("HELD")) {
            throw new IllegalStateException("An acquisition without a planned time was answered " + body);
        }
        return body.path("atMostMillis").asLong() == 0
                ? new Answer.UsedUp()
                : new Answer.HeldBy(body.path("holder").asText(), Answer.HeldBy.UNTOLD);
    }
}
