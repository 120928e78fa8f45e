using Microsoft.Extensions.Logging.Abstractions;
using StoreEdge.Agent.Health;

namespace StoreEdge.Tests.Health;

public sealed class FunctionalWatchdogTests
{
    private readonly ManualClock clock = new();
    private readonly HealthBoard board;
    private int pings;

    public FunctionalWatchdogTests() => board = new(clock, NullLogger<HealthBoard>.Instance);

    [Fact]
    public async Task It_pings_while_every_sign_goes_on()
    {
        using var stop = new CancellationTokenSource();
        var running = Watchdog(new("presence", Well), new("journal", Well)).RunAsync(stop.Token);
        Assert.Equal(1, pings);
        for (var round = 2; round <= 4; round++)
        {
            clock.Advance(TimeSpan.FromSeconds(20));
            await Until(() => pings == round);
        }

        await stop.CancelAsync();
        await running;
    }

    [Fact]
    public async Task It_does_not_ping_while_one_sign_is_missing_and_says_which()
    {
        string? wrong = "no tick for 12 s";
        var watchdog = Watchdog(new("presence", _ => Task.FromResult<string?>(wrong)), new("journal", Well));

        Assert.False(await watchdog.LookAsync(default));
        Assert.Equal(["presence: no tick for 12 s"], watchdog.Missing);
        Assert.Equal("vital-sign:presence", Assert.Single(board.Warnings).Code);

        wrong = null;
        Assert.True(await watchdog.LookAsync(default));
        Assert.Empty(watchdog.Missing);
        Assert.Empty(board.Warnings);
    }

    [Fact]
    public async Task A_sign_that_throws_is_missing() =>
        Assert.False(await Watchdog(new VitalSign("journal", _ => throw new IOException("disk full"))).LookAsync(default));

    [Fact]
    public async Task A_sign_that_never_answers_and_ignores_its_token_is_missing_after_five_seconds()
    {
        var never = new TaskCompletionSource<string?>();
        var looking = Watchdog(new VitalSign("http", _ => never.Task)).LookAsync(default);
        clock.Advance(TimeSpan.FromSeconds(4.9));
        Assert.False(looking.IsCompleted);
        clock.Advance(TimeSpan.FromSeconds(0.2));
        Assert.False(await looking);
    }

    [Fact]
    public void Before_the_first_round_it_is_not_ready() => Assert.NotEmpty(Watchdog().Missing);

    private static Task<string?> Well(CancellationToken stop) => Task.FromResult<string?>(null);

    private static async Task Until(Func<bool> holds)
    {
        while (!holds()) await Task.Yield();
    }

    private FunctionalWatchdog Watchdog(params VitalSign[] signs) => new(signs, () => Interlocked.Increment(ref pings), TimeSpan.FromSeconds(20), clock, board);
}
