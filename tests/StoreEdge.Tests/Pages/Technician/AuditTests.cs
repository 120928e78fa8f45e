using System.Net;
using Microsoft.Extensions.Logging.Abstractions;
using StoreEdge.Agent.Health;
using StoreEdge.Agent.Pages.Technician;

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

    public ValueTask DisposeAsync() => workshop.DisposeAsync();
}
