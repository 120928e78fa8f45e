using System.Text.Json;
using Microsoft.Extensions.Logging.Abstractions;
using StoreEdge.Agent.Health;

namespace StoreEdge.Tests.Health;

public sealed class CheckupTests
{
    private readonly ManualClock clock = new();
    private readonly HealthBoard board;

    public CheckupTests() => board = new(clock, NullLogger<HealthBoard>.Instance);

    internal static StatusSources AllWell { get; } = new()
    {
        Store = new("store-0001", "Loja Centro"),
        Version = "1.2.3",
        Receivers = () => [new("door", "entrance", "inside", true, 100, 0, 0.5, 0, 0, 0.2, null)],
        Enrolled = () => 12,
        PresentNow = () => 3,
        PresenceSilence = () => TimeSpan.FromSeconds(1),
        Outbox = () => new(10, 10, 0, 0, 2, 4096),
        Link = () => new("broker:1883", true, 60, 1, null, null),
        Displays = () => [new("door-screen", "entrance", true, "offer-1", 3)],
        Bundle = () => new("7", "abc", 12),
        Portal = () => new("http://127.0.0.1:8480/portal", 3, null),
    };

    [Fact]
    public void A_store_without_faults_is_ok()
    {
        var report = Examine(AllWell);

        Assert.Equal("ok", report.Verdict);
        Assert.Equal("Everything works.", report.Summary);
        Assert.DoesNotContain(report.Checks, c => c.Verdict is "warn" or "fail");
        Assert.All(report.Checks, c => Assert.NotEqual("", c.Evidence));
    }

    [Fact]
    public void A_room_that_throws_is_a_failed_check_and_the_others_still_answer()
    {
        var report = Examine(AllWell with { Outbox = () => throw new InvalidOperationException("C-1000042 is no customer"), Displays = () => throw new TimeoutException() });

        Assert.Equal("failed", report.Verdict);
        var outbox = Assert.Single(report.Checks, c => c.Code == "outbox");
        Assert.Equal("fail", outbox.Verdict);
        Assert.Contains("InvalidOperationException", outbox.Evidence, StringComparison.Ordinal);
        Assert.DoesNotContain("C-1000042", JsonSerializer.Serialize(report, ReportJson.Default.StatusReport), StringComparison.Ordinal);
        Assert.Equal("fail", Assert.Single(report.Checks, c => c.Code == "displays").Verdict);
        Assert.Equal("pass", Assert.Single(report.Checks, c => c.Code == "link").Verdict);
        Assert.Null(report.Outbox);
        Assert.NotNull(report.Link);
    }

    [Fact]
    public void The_worst_stands_first_and_everything_bad_says_what_to_do()
    {
        var report = Examine(AllWell with
        {
            Receivers = () => [new("door", "entrance", "inside", false, 0, 0, 0, 0, 0, null, "refused")],
            Link = () => new("broker:1883", false, null, 0, "Connection refused.", 8),
            Bundle = () => null,
        });

        Assert.Equal("failed", report.Verdict);
        Assert.Equal("receiver:door", report.Checks[0].Code);
        Assert.Equal("1 part does not work, 2 more to look at.", report.Summary);
        Assert.All(report.Checks.Where(c => c.Verdict is "warn" or "fail"), c => Assert.False(string.IsNullOrEmpty(c.NextAction), c.Code));
        var ranks = report.Checks.Select(c => Array.IndexOf(["fail", "warn", "unknown", "pass", "not-applicable"], c.Verdict)).ToList();
        Assert.Equal(ranks.Order(), ranks);
    }

    [Fact]
    public void A_warning_of_a_room_is_listed_with_its_text()
    {
        board.Raise("something-odd:door", Severity.Warning, "It hums.", "Listen to it.");

        var report = Examine(AllWell);

        Assert.Equal("degraded", report.Verdict);
        var check = report.Checks[0];
        Assert.Equal(("something-odd:door", "warn", "It hums.", "Listen to it."), (check.Code, check.Verdict, check.Evidence, check.NextAction));
    }

    [Fact]
    public void A_warning_about_a_check_takes_its_place_instead_of_repeating_it()
    {
        board.Raise("broker-tls-failed", Severity.Warning, "The certificate has expired.", "Renew it.");

        var report = Examine(AllWell with { Link = () => new("broker:8883", false, null, 0, "The certificate has expired.", null) });

        var check = Assert.Single(report.Checks, c => c.Verdict == "warn");
        Assert.Equal(("link", "The certificate has expired.", "Renew it."), (check.Code, check.Evidence, check.NextAction));
    }

    [Theory]
    [InlineData("display-frozen:door-screen", "display:door-screen")]
    [InlineData("receiver-deaf:door", "receiver:door")]
    [InlineData("receiver-fault:door", "receiver:door")]
    [InlineData("gate-tampered", "gate")]
    [InlineData("clock-off", "clock")]
    [InlineData("journal-replaced", "journal-quarantine")]
    [InlineData("event-refused:dwell", "dead-letters")]
    [InlineData("broker-subscription-refused:stores/v1/s-1/cmd/+", "broker-access")]
    [InlineData("portal-certificate-expires", "certificate:portal")]
    [InlineData("broker-tls-expired", "link")]
    public void A_fault_is_named_within_the_check_that_it_is_about_and_said_once(string fault, string code)
    {
        board.Raise(fault, Severity.Fault, "It is so.", "Do this.");
        var sources = AllWell with
        {
            Gate = () => new(true, 2),
            Broker = () => [HealthCheck.Pass("broker-access", Phrase.Same("Access"), Phrase.Same("fine")) with { PartOf = "link" }],
            Certificates = () => [new("portal", "CN=wifi", clock.GetUtcNow().AddDays(200), 200)],
            Others = () => [HealthCheck.Pass("journal-quarantine", Phrase.Same("Quarantine"), Phrase.Same("none"))],
        };
        var bad = Assert.Single(Examine(sources).Checks, c => c.Verdict is "warn" or "fail");
        Assert.Equal((code, fault, "fail", "It is so."), (bad.Code, bad.Fault, bad.Verdict, bad.Evidence));
        Assert.NotEqual(bad.NextAction, new Checkup(sources, Machine(), board, clock).Examine(Tongue.Portuguese, []).Checks.Single(c => c.Fault == fault).NextAction);
    }

    [Fact]
    public void Two_warnings_about_one_check_both_stand()
    {
        board.Raise("event-refused:arrival", Severity.Fault, "One.", "Do.");
        board.Raise("event-refused:dwell", Severity.Fault, "Two.", "Do.");
        Assert.Equal(["One.", "Two."], Examine(AllWell).Checks.Where(c => c.Verdict == "fail").Select(c => c.Evidence));
    }

    [Fact]
    public void A_fault_has_the_same_name_whatever_else_is_wrong_with_its_check()
    {
        const string Fault = "state-refused:stores/v1/s-1/state/status";
        string[] Names(HealthCheck access) => [.. Examine(AllWell with { Broker = () => [access] }).Checks.Where(c => c.Fault == Fault).Select(c => $"{c.Code} {c.Title}")];
        var well = HealthCheck.Pass("broker-access", Phrase.Same("Access"), Phrase.Same("fine")) with { PartOf = "link" };
        board.Raise(Fault, Severity.Warning, "It is refused.", "Do.");
        Assert.Equal(["broker-access Access"], Names(well));
        Assert.Equal(["broker-access Access"], Names(well with { Verdict = CheckVerdict.Unknown }));
        Assert.Equal(["broker-access Access"], Names(well with { Verdict = CheckVerdict.Fail, NextAction = Phrase.Same("Do.") }));
        board.Raise("broker-subscription-refused:stores/v1/s-1/cmd/+", Severity.Warning, "This too.", "Do.");
        Assert.Equal(["broker-access Access"], Names(well));
    }

    [Fact]
    public void Both_languages_say_all_of_it()
    {
        var english = Examine(AllWell with { Bundle = () => null });
        var portuguese = new Checkup(AllWell with { Bundle = () => null }, Machine(), board, clock).Examine(Tongue.Portuguese, []);

        Assert.Equal(("en", "pt-BR"), (english.Language, portuguese.Language));
        Assert.Equal("A loja está atendida; 1 item a verificar.", portuguese.Summary);
        var (en, pt) = (Assert.Single(english.Checks, c => c.Code == "bundle"), Assert.Single(portuguese.Checks, c => c.Code == "bundle"));
        Assert.NotEqual(en.Title, pt.Title);
        Assert.NotEqual(en.NextAction, pt.NextAction);
    }

    [Fact]
    public void Rates_are_taken_over_the_last_seconds()
    {
        var frames = 0L;
        var checkup = new Checkup(AllWell with { Receivers = () => [new("door", "entrance", "inside", true, frames, 0, 0, 0, 0, 0, null)] }, Machine(), board, clock);
        for (var second = 0; second < 20; second++)
        {
            checkup.Sample();
            clock.Advance(TimeSpan.FromSeconds(1));
            frames += second < 10 ? 100 : 40;
        }

        Assert.Equal(40, checkup.Examine(Tongue.English, []).Receivers[0].FramesPerSecond);
    }

    [Fact]
    public void A_source_that_is_opened_anew_has_no_negative_rate()
    {
        var frames = 1000L;
        var checkup = new Checkup(AllWell with { Receivers = () => [new("door", "entrance", "inside", true, frames, 0, 0, 0, 0, 0, null)] }, Machine(), board, clock);
        checkup.Sample();
        clock.Advance(TimeSpan.FromSeconds(1));
        frames = 5;
        Assert.Equal(0, checkup.Examine(Tongue.English, []).Receivers[0].FramesPerSecond);
    }

    internal static MachineChecks Machine() => new(Path.GetTempPath(), "/nonexistent", () => true, _ => (12_000_000_000, 32_000_000_000));

    private StatusReport Examine(StatusSources sources) => new Checkup(sources, Machine(), board, clock).Examine(Tongue.English, []);
}
