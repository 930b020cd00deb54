package io.muster.benchmarks.calls;

import java.util.concurrent.TimeUnit;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/** Work that takes as long as its caller says. */
@RestController
class WorkController {
    private static final int MAX_MILLIS = 10_000;

    @GetMapping("/work")
    String read(@RequestParam int millis) throws InterruptedException {
        return work(millis);
    }

    @PostMapping("/work")
    String write(@RequestParam int millis) throws InterruptedException {
        return work(millis);
    }

    private static String work(int millis) throws InterruptedException {
        TimeUnit.MILLISECONDS.sleep(Math.min(millis, MAX_MILLIS));
        return "done";
    }
}
