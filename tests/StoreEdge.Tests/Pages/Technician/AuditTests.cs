using System.Net;
using Microsoft.Extensions.Logging.Abstractions;
using StoreEdge.Agent.Health;
using StoreEdge.Agent.Journal;
using StoreEdge.Agent.Pages.Technician;
using StoreEdge.Tests.Pages.Portal;

namespace StoreEdge.Tests.Pages.Technician;

/// <summary>What was done is written down, and stays.</summary>
public sealed class AuditTests : IAsyncDisposable
{
    private static readonly TechnicianSession Who = new("0a1b2c3d", IPAddress.Parse("10.0.0.7"), "", default, default);

    private readonly Workshop workshop = new();

    [Fact]
    public async Task Each_deed_is_written_down_with_who_when_what_and_the_result_and_the_page_shows_it()
    {
        await workshop.OpenAsync(pages: (routes, desk) =>
        {
            desk.MapPage(routes, AuditPage.Tab, new AuditPage(workshop.Audit).Write);
            desk.MapDeed(routes, "deed", AuditPage.Tab, (_, _) => Task.FromResult(new DeedResult("<i>door</i>", false, new("No {0}.", "Sem {0}."), "<b>luck</b>")));
        });
        await workshop.TryAsync("wrong-one");
        var pass = await workshop.EnterAsync();
        var proof = (await workshop.GetAsync("/technician/audit", pass)).Field("proof", "/leave");
        var answer = await workshop.PostAsync("/technician/deed", pass, ("proof", proof));
        var page = await workshop.GetAsync(answer.Location!, pass);
        Assert.Contains("No &lt;b&gt;luck&lt;/b&gt;.", page.Html, StringComparison.Ordinal);
        Assert.Contains("&lt;i&gt;door&lt;/i&gt;", page.Html, StringComparison.Ordinal);
        // What came of it is said once.
        Assert.DoesNotContain("luck", (await workshop.GetAsync("/technician/audit", pass)).Html, StringComparison.Ordinal);
        var entries = workshop.Audit.Newest(10);
        Assert.Equal([("deed", "failed"), ("enter", "done"), ("enter", "failed")], entries.Select(e => (e.Deed, e.Result)));
        Assert.All(entries, e => Assert.Equal(("10.0.0.7", "synchronized", Workshop.Boot, workshop.Clock.GetUtcNow()), (e.From, e.Clock, e.BootId, e.Time)));
        Assert.Equal(("", 8), (entries[2].Session, entries[0].Session.Length));
        Assert.DoesNotContain(pass, File.ReadAllText(Path.Combine(workshop.Directory, TechnicianAudit.FileName)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task It_survives_a_restart_a_line_that_a_power_cut_left_half_and_says_when_the_clock_was_a_guess()
    {
        await workshop.OpenAsync();
        workshop.Audit.Write(Who, "first", "", TechnicianAudit.Done);
        var file = Path.Combine(workshop.Directory, TechnicianAudit.FileName);
        File.AppendAllText(file, "{\"time\":\"2026-11-");
        var later = new TechnicianAudit(workshop.Directory, "another-boot", () => false, workshop.Clock, NullLogger<TechnicianAudit>.Instance);
        later.Write(Who, "second", "", TechnicianAudit.Done);
        Assert.Equal([("second", "unsynchronized"), ("first", "synchronized")], later.Newest(10).Select(e => (e.Deed, e.Clock)));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
    }

    [Fact]
    public async Task It_is_bounded_and_the_newest_stay()
    {
        await workshop.OpenAsync();
        for (var i = 0; i < 4000; i++) workshop.Audit.Write(Who, "deed", $"{i} {new string('x', 100)}", TechnicianAudit.Done);
        var files = Directory.GetFiles(workshop.Directory, TechnicianAudit.FileName + "*");
        Assert.Equal(2, files.Length);
        Assert.All(files, f => Assert.InRange(new FileInfo(f).Length, 1, TechnicianAudit.MostBytes + 1000));
        var newest = workshop.Audit.Newest(1000);
        Assert.Equal(Enumerable.Range(3000, 1000).Reverse(), newest.Select(e => int.Parse(e.Target.Split(' ')[0], System.Globalization.CultureInfo.InvariantCulture)));
    }

    [Fact]
    public async Task What_cannot_be_written_down_is_not_done()
    {
        var done = 0;
        await workshop.OpenAsync(pages: (routes, desk) =>
        {
            desk.MapPage(routes, AuditPage.Tab, new AuditPage(workshop.Audit).Write);
            desk.MapDeed(routes, "deed", AuditPage.Tab, (_, _) => Task.FromResult(new DeedResult($"{++done}", true, Phrase.Same("done"))));
        });
        var pass = await workshop.EnterAsync();
        var proof = (await workshop.GetAsync("/technician/audit", pass)).Field("proof", "/leave");
        var file = Path.Combine(workshop.Directory, TechnicianAudit.FileName);
        File.Delete(file);
        Directory.CreateDirectory(file);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await workshop.PostAsync("/technician/deed", pass, ("proof", proof))).Status);
        Assert.Equal(0, done);
    }

    [Fact]
    public async Task A_deed_that_throws_is_written_down_as_failed()
    {
        await workshop.OpenAsync(pages: (routes, desk) =>
        {
            desk.MapPage(routes, AuditPage.Tab, new AuditPage(workshop.Audit).Write);
            desk.MapDeed(routes, "deed", AuditPage.Tab, async (_, _) =>
            {
                await Task.Yield();
                throw new InvalidOperationException("half way");
            });
        });
        var pass = await workshop.EnterAsync();
        var proof = (await workshop.GetAsync("/technician/audit", pass)).Field("proof", "/leave");
        await Assert.ThrowsAsync<InvalidOperationException>(() => workshop.PostAsync("/technician/deed", pass, ("proof", proof)));
        var entry = workshop.Audit.Newest(1)[0];
        Assert.Equal(("deed", "failed", 8), (entry.Deed, entry.Result, entry.Session.Length));
    }

    [Fact]
    public async Task A_test_arrival_is_finished_and_written_down_although_the_browser_hangs_up()
    {
        var (begun, committed, reached) = (new TaskCompletionSource(), new TaskCompletionSource(), new TaskCompletionSource<bool>());
        var doors = new TestArrivalDoors(
            async (_, _, stop) =>
            {
                begun.SetResult();
                try
                {
                    await committed.Task.WaitAsync(stop);
                    reached.SetResult(true);
                }
                catch (OperationCanceledException)
                {
                    reached.SetResult(false);
                    throw;
                }

                return new("visit-1");
            }, _ => { }, null);
        var test = new TestArrival(doors, System.Threading.Channels.Channel.CreateUnbounded<CommittedEvent>().Reader, workshop.Clock);
        await workshop.OpenAsync(
            pages: (routes, desk) =>
            {
                desk.MapPage(routes, AuditPage.Tab, new AuditPage(workshop.Audit).Write);
                new ActionsPage(new(null!, [], _ => { }, [new("entrance")], test, () => { }, workshop.Clock.GetLocalNow)).Map(routes, desk);
            }, tabs: [AuditPage.Tab]);
        var pass = await workshop.EnterAsync();
        var proof = (await workshop.GetAsync("/technician/audit", pass)).Field("proof", "/leave");
        using var browser = new CancellationTokenSource();
        var asked = workshop.SendAsync(HttpMethod.Post, "/technician/test-arrival", pass, Shop.Encode(("proof", proof), ("zone", "entrance")), stop: browser.Token);
        await begun.Task;
        await browser.CancelAsync();
        committed.SetResult();
        Assert.True(await reached.Task);
        // Whatever the browser is told, the server has done its part once this is over.
        await Record.ExceptionAsync(() => asked);
        var entry = workshop.Audit.Newest(1)[0];
        Assert.Equal(("test-arrival", "entrance", "done"), (entry.Deed, entry.Target, entry.Result));
    }

    public ValueTask DisposeAsync() => workshop.DisposeAsync();
}
