package io.muster.benchmarks.http;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollEventLoopGroup;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.nio.NioEventLoopGroup;
import io.netty.channel.socket.nio.NioSocketChannel;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/** The one thread on which the load runs. What it calls is never called concurrently. */
public final class LoadLoop implements AutoCloseable {
    private final EventLoopGroup group;
    private final Class<? extends Channel> channel;

    private LoadLoop(EventLoopGroup group, Class<? extends Channel> channel) {
        this.group = group;
        this.channel = channel;
    }

    /** A loop on epoll, or on plain NIO where there is none. */
    public static LoadLoop start() {
        return Epoll.isAvailable()
                ? new LoadLoop(new EpollEventLoopGroup(1), EpollSocketChannel.class)
                : new LoadLoop(new NioEventLoopGroup(1), NioSocketChannel.class);
    }

    /** Connects to a port of the loopback. */
    ChannelFuture connect(int port, ChannelHandler handler) {
        return new Bootstrap()
                .group(group)
                .channel(channel)
                .option(ChannelOption.TCP_NODELAY, true)
                .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, 5000)
                .handler(handler)
                .connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
    }

    /** Runs a task on the loop and waits for its result. */
    public <T> T call(Callable<T> task) throws InterruptedException {
        Future<T> result = loop().submit(task);
        try {
            return result.get();
        } catch (ExecutionException e) {
            throw new IllegalStateException("The load failed", e.getCause());
        }
    }

    /** Runs a task on the loop and waits until it is done. */
    public void run(Runnable task) throws InterruptedException {
        var unused = call(() -> {
            task.run();
            return true;
        });
    }

    /** Runs a task on the loop every few milliseconds until the future is cancelled. */
    public Future<?> every(long millis, Runnable task) {
        return loop().scheduleAtFixedRate(task, 0, millis, TimeUnit.MILLISECONDS);
    }

    /** Runs a task on the loop after some milliseconds. */
    public void after(long millis, Runnable task) {
        var unused = loop().schedule(task, millis, TimeUnit.MILLISECONDS);
    }

    private EventLoop loop() {
        return group.next();
    }

    /** Ends the loop and its connections. */
    @Override
    public void close() {
        var unused = group.shutdownGracefully(0, 2, TimeUnit.SECONDS).awaitUninterruptibly();
    }
}
