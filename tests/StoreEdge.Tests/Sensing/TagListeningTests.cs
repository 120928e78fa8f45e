using System.Text.Json;
using StoreEdge.Agent.Pages.Technician;
using StoreEdge.Agent.Sensing;
using StoreEdge.Core;
using StoreEdge.Core.Presence;
using StoreEdge.Tests.Pages.Technician;
using StoreEdge.Tests.Sightings;

namespace StoreEdge.Tests.Sensing;

/// <summary>A technician listens at the page: levels by number, a minute at one metre, a walk through the door.</summary>
public sealed class TagListeningTests : IDisposable
{
    private readonly Ear ear = new();
    private readonly TagListening tags;

    public TagListeningTests() => tags = new([ear.Receiver], new(), ear.Clock);

    [Theory]
    [InlineData(0, true, true)]
    [InlineData(6, false, true)]
    [InlineData(12, false, false)]
    public void A_minute_at_one_metre_says_how_steady_it_is(int spread, bool isSteady, bool isUsable)
    {
        Assert.True(tags.Begin(ListeningFor.OneMetre, ear.Receiver.Place.Id));
        Hear(seconds: 59, i => i % 2 == 0 ? -50 - spread : -50 + spread);
        ear.Clock.Advance(TimeSpan.FromSeconds(2));
        tags.Tick();
        var metre = tags.Metre!;
        Assert.Equal((isSteady, isUsable, null, (double)spread), (metre.IsSteady, metre.IsUsable, tags.Running, metre.DeviationDb));
        Assert.InRange(metre.PerSecond, 3.5, 4.5);
    }

    [Fact]
    public void Too_little_is_no_judgement_and_strangers_are_not_heard()
    {
        tags.Begin(ListeningFor.OneMetre, ear.Receiver.Place.Id);
        for (var i = 0; i < 500; i++) ear.Receiver.Hear(Frames.Legacy(Frames.Uid), Instant.Now(ear.Clock));
        ear.Clock.Advance(TimeSpan.FromSeconds(61));
        tags.Tick();
        Assert.Equal((0, false, false), (tags.Metre!.Packets, tags.Metre.IsSteady, tags.Metre.IsUsable));
    }

    [Fact]
    public void A_walk_in_proposes_what_the_command_would_and_needs_its_first_half()
    {
        Assert.False(tags.Begin(ListeningFor.Inside));
        tags.Begin(ListeningFor.Outside);
        Assert.False(tags.Begin(ListeningFor.Levels));
        Hear(seconds: 20, _ => -85);
        tags.Tick();
        Assert.True(tags.HasOutside);
        tags.Begin(ListeningFor.Inside);
        Hear(seconds: 40, i => -55 - (i % 3));
        tags.Tick();
        var door = Assert.Single(tags.Walk!.Receivers);
        Assert.Equal(CalibrationVerdict.Good, door.Verdict);
        Assert.InRange(door.Place.EnterDbm, -85, -55);
        Assert.True(tags.Walk.IsTrusted);
    }

    [Fact]
    public async Task The_page_tells_levels_by_number_and_never_an_address_or_an_id()
    {
        await using var workshop = new Workshop();
        var proposed = 0;
        await workshop.OpenAsync(pages: (routes, desk) => new RadioPage(tags, places => $"{{ \"proposed\": {proposed += places.Count} }}").Map(routes, desk), tabs: [RadioPage.Tab]);
        var pass = await workshop.EnterAsync();
        var proof = (await workshop.GetAsync("/technician/radio", pass)).Field("proof", "/radio-levels");
        await workshop.PostAsync("/technician/radio-levels", pass, ("proof", proof));
        Hear(seconds: 2, _ => -61);
        var json = (await workshop.GetAsync("/technician/radio.json", pass)).Html;
        var receiver = JsonDocument.Parse(json).RootElement.GetProperty("receivers")[0];
        Assert.Equal(("door", 1, -61), (receiver.GetProperty("id").GetString(), receiver.GetProperty("levels")[0][0].GetInt32(), receiver.GetProperty("levels")[0][2].GetInt32()));
        var page = (await workshop.GetAsync("/technician/radio", pass)).Html;
        Assert.Contains("device 1</span><span>-61 dBm", page, StringComparison.Ordinal);
        foreach (var secret in new[] { "e2c56db5", "112233445566", "66:55:44", "k1-somebody" }) Assert.DoesNotContain(secret, json + page, StringComparison.OrdinalIgnoreCase);
        Assert.Equal(System.Net.HttpStatusCode.Unauthorized, (await workshop.GetAsync("/technician/radio.json")).Status);
        ear.Clock.Advance(TimeSpan.FromMinutes(3));
        tags.Tick();
        Assert.Contains("\"live\":false", (await workshop.GetAsync("/technician/radio.json", pass)).Html, StringComparison.Ordinal);
    }

    public void Dispose() => ear.Dispose();

    /// <summary>The known tag, four times a second.</summary>
    private void Hear(int seconds, Func<int, int> level)
    {
        for (var i = 0; i < seconds * 4; i++)
        {
            ear.Receiver.Hear(Frames.Legacy(Frames.IBeacon, ((byte)(sbyte)level(i)).ToString("X2", System.Globalization.CultureInfo.InvariantCulture)), Instant.Now(ear.Clock));
            ear.Clock.Advance(TimeSpan.FromMilliseconds(250));
            tags.Tick();
        }
    }
}
