using StoreEdge.Agent.Displays;
using StoreEdge.Agent.Health;
using StoreEdge.Agent.Panels;
using StoreEdge.Contracts;
using StoreEdge.Core.Identity;
using StoreEdge.Core.Panels;
using StoreEdge.Tests.Deciding;
using static StoreEdge.Tests.Offers.OfferSamples;

namespace StoreEdge.Tests.Panels;

/// <summary>A small display is a display: it shows what any shared screen may, acknowledges only what it could write, and comes back by itself.</summary>
public sealed class PanelLoopTests : IAsyncDisposable
{
    private const int Address = 0x27;

    private static readonly PanelShape Shape = new(false, 20, 4);
    private static readonly DisplayId Id = new("till");

    private readonly DecidingBench bench = new(
        Document(Offer("g", "generic")).Bytes(), new DisplayPlace(Id, new("entrance")) { HasPage = false, HashOf = poster => Shape.Hash(PanelWords.Of(poster)) });

    private readonly FakeBus bus = new();
    private readonly FakeHd44780 display = new(20);
    private readonly StaffSignals signals;
    private readonly CancellationTokenSource stop = new();
    private Task running = Task.CompletedTask;

    public PanelLoopTests()
    {
        bus.Plug(Address, display);
        signals = new(bench.Clock);
    }

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        await running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        stop.Dispose();
        await bench.DisposeAsync();
    }

    [Fact]
    public async Task What_was_written_is_acknowledged_by_the_hash_of_the_very_lines()
    {
        await RunAsync();
        await bench.ArrivesAsync("v1");
        await UntilAsync(() => bench.Events.OfType<RenderedData>().Any());
        var rendered = bench.Events.OfType<RenderedData>().Single();
        var drawn = Enumerable.Range(0, 4).Select(r => display.Row(r).TrimEnd()).ToArray();
        Assert.Equal(PanelText.Hash(drawn), rendered.ContentHash);
        Assert.Contains(bench.Hub.Current(Id)!.Poster.Headline, string.Join(' ', drawn), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nothing_is_left_of_it_after_departure()
    {
        await RunAsync();
        var idle = display.Row(0);
        await bench.ArrivesAsync("v1");
        await UntilAsync(() => bench.Events.OfType<RenderedData>().Any());
        Assert.NotEqual(idle, display.Row(0));
        await bench.DepartsAsync("v1");
        await UntilAsync(() => display.Row(0) == idle);
    }

    [Fact]
    public async Task A_display_pulled_out_is_said_acknowledges_nothing_and_comes_back_by_itself()
    {
        await RunAsync();
        bus.Pull(Address);
        await UntilAsync(() => bench.Health.Warnings.Any(w => w.Code == "device-absent:till"));
        // The technician's page says this of the display, not that a browser is missing.
        Assert.Equal("display:till", WarningWords.CheckOf("device-absent:till"));
        Assert.Contains("0x27", bench.Health.Warnings.Single(w => w.Code == "device-absent:till").Text, StringComparison.Ordinal);
        Assert.False(bench.Hub.IsConnected(Id));
        await bench.ArrivesAsync("v1");
        bench.Clock.Advance(TimeSpan.FromSeconds(5));
        Assert.Empty(bench.Events.OfType<RenderedData>());

        display.Unplug();
        bus.Plug(Address, display);
        await UntilAsync(() => bench.Events.OfType<RenderedData>().Any());
        Assert.DoesNotContain(bench.Health.Warnings, w => w.Code == "device-absent:till");
        Assert.True(display.IsOn);
        Assert.DoesNotContain('#', display.Row(0));
    }

    [Fact]
    public async Task A_bus_that_went_away_comes_back_too()
    {
        await RunAsync();
        bus.IsGone = true;
        await UntilAsync(() => bench.Health.Warnings.Any(w => w.Code == "device-absent:till"));
        bus.IsGone = false;
        display.Unplug();
        await UntilAsync(() => display.IsOn && !bench.Health.Warnings.Any(w => w.Code == "device-absent:till"));
    }

    [Fact]
    public async Task Rubbish_on_the_display_is_gone_within_a_minute()
    {
        await RunAsync();
        var row = display.Row(0);
        // What a spark does: the display loses its place, and shows something else.
        display.Take([0x08, 0x0C, 0x08]);
        display.Take(Hd44780.Line(0, "rubbish rubbish rubb"u8).Bytes.Span);
        var begun = bench.Clock.GetTimestamp();
        await UntilAsync(() => display.Row(0) == row);
        Assert.True(bench.Clock.GetElapsedTime(begun) <= PanelLoop.AgainEvery + TimeSpan.FromSeconds(2));
    }

    [Fact]
    public async Task A_display_without_a_page_is_not_blamed_for_having_no_browser()
    {
        bus.Pull(Address);
        await RunAsync(drawn: false);
        await UntilAsync(() => bench.Health.Warnings.Any(w => w.Code == "device-absent:till"));
        for (var i = 0; i < 12; i++) await bench.PassAsync(TimeSpan.FromSeconds(10));
        Assert.DoesNotContain(bench.Health.Warnings, w => w.Code.StartsWith("display-", StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_staff_read_where_help_is_wanted_and_never_who_wants_it()
    {
        await RunAsync(PanelAudience.Staff);
        Assert.Equal("tudo em ordem       ", display.Row(1));
        signals.Replace([new("r1", new("shoes"), "payment", false), new("r2", null, "find", true)]);
        await UntilAsync(() => display.Row(0) == "Ajuda: shoes        ");
        Assert.Equal(["pagar", "+ 1"], new[] { 1, 2 }.Select(r => display.Row(r).TrimEnd()));
        signals.See(new("shoes"));
        await UntilAsync(() => display.Row(1) == "alguém já vai       ");
        signals.Replace([]);
        bench.Health.Raise("test", Severity.Fault, "", "");
        await UntilAsync(() => display.Row(0) == "Há uma falha        ");
    }

    private async Task RunAsync(PanelAudience audience = PanelAudience.Customers, bool drawn = true)
    {
        var panel = new PanelPlace("till", new("shoes"), audience, Shape, Address);
        running = new PanelLoop(panel, () => bus, bench.Hub, signals, new("pt-BR", "Loja"), bench.Clock, bench.Health).RunAsync(stop.Token);
        if (drawn) await UntilAsync(() => display.IsOn && (audience == PanelAudience.Staff || bench.Hub.IsConnected(Id)));
    }

    private async Task UntilAsync(Func<bool> holds)
    {
        for (var deadline = Environment.TickCount64 + 20_000; Environment.TickCount64 < deadline; await Task.Yield())
        {
            if (holds()) return;
            bench.Clock.Advance(TimeSpan.FromMilliseconds(20));
        }

        Assert.Fail($"it did not come to that; the display says '{display.Row(0)}|{display.Row(1)}', the board {string.Join("; ", bench.Health.Warnings.Select(w => w.Text))}, the loop {running.Status}");
    }
}
