using StoreEdge.Agent.Pages.Technician;

namespace StoreEdge.Tests.Pages.Technician;

/// <summary>Refused events: number, kind, reason, and never what stands in them.</summary>
public sealed class DeadLettersPageTests : IAsyncDisposable
{
    private static readonly Guid Epoch = Guid.Parse("5f0c2c36-5c1e-4d7a-9b53-0d6a3f1e8c21");

    private readonly Workshop workshop = new();
    private readonly List<(Guid? Epoch, long? Seq)> sent = [];

    [Fact]
    public async Task Each_is_listed_and_sent_again_alone_or_with_all_others()
    {
        var letters = new List<RefusedEvent> { new(Epoch, 17, "dwell", "not-authorized"), new(Epoch, 18, "<b>odd</b>", "central") };
        var doors = new DeadLetterDoors(() => letters.Count, _ => letters, (epoch, seq) =>
        {
            sent.Add((epoch, seq));
            return Task.FromResult(seq is null ? letters.Count : letters.Count(l => l.Seq == seq));
        });
        await workshop.OpenAsync(pages: (routes, desk) => new DeadLettersPage(doors, workshop.Clock).Map(routes, desk), tabs: [DeadLettersPage.Tab]);
        var pass = await workshop.EnterAsync();
        var page = await workshop.GetAsync("/technician/refused", pass);
        foreach (var said in new[] { "17", "dwell", "not-authorized", "&lt;b&gt;odd" }) Assert.Contains(said, page.Html, StringComparison.Ordinal);
        Assert.DoesNotContain("<div id=\"live\" data-busy>", page.Html, StringComparison.Ordinal);
        var proof = page.Field("proof", "/resend");
        await workshop.PostAsync("/technician/resend", pass, ("proof", proof), ("epoch", Epoch.ToString()), ("seq", "17"));
        await workshop.PostAsync("/technician/resend", pass, ("proof", proof));
        Assert.Equal([(Epoch, 17), (null, null)], sent);
        Assert.Equal(["all", "17"], workshop.Audit.Newest(2).Select(e => e.Target));
        Assert.Contains("<div id=\"live\" data-busy>", (await workshop.GetAsync("/technician/refused", pass)).Html, StringComparison.Ordinal);
        await workshop.PostAsync("/technician/resend", pass, ("proof", proof), ("epoch", Epoch.ToString()), ("seq", "99"));
        Assert.Contains("nothing to send again", (await workshop.GetAsync("/technician/refused", pass)).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_store_without_a_link_has_nothing_to_send_to()
    {
        await workshop.OpenAsync(pages: (routes, desk) => new DeadLettersPage(new(() => 0, _ => [], null), workshop.Clock).Map(routes, desk), tabs: [DeadLettersPage.Tab]);
        Assert.Contains("Nothing was refused", (await workshop.GetAsync("/technician/refused", await workshop.EnterAsync())).Text, StringComparison.Ordinal);
    }

    public ValueTask DisposeAsync() => workshop.DisposeAsync();
}
