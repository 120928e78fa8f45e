using StoreEdge.Agent.Health;

namespace StoreEdge.Tests.Health;

public sealed class CertificateChecksTests
{
    private static readonly DateTimeOffset Due = new(2026, 12, 20, 8, 30, 0, TimeSpan.Zero);
    private static readonly CertificateView Client = new("client", "CN=store-0001", Due.AddDays(25), 29);

    [Fact]
    public void A_certificate_that_others_renew_is_warned_of_a_month_ahead_and_one_that_the_agent_renews_when_it_did_not()
    {
        Assert.Equal(CheckVerdict.Warn, Check(Client).Verdict);
        Assert.Equal(CheckVerdict.Pass, Check(Client with { WarnDays = 15 }).Verdict);
        Assert.Equal(CheckVerdict.Warn, Check(Client with { WarnDays = 15, DaysLeft = 15 }).Verdict);
    }

    [Fact]
    public void The_check_says_when_it_is_renewed_next_and_what_became_of_the_last_try_in_both_languages()
    {
        var planned = Check(Client with { Renewal = new(Due, false, null, null) });
        Assert.EndsWith("Renewed by itself from 2026-12-20 08:30 UTC on.", planned.Evidence.English, StringComparison.Ordinal);
        Assert.EndsWith("Renovado automaticamente a partir de 2026-12-20 08:30 UTC.", planned.Evidence.Portuguese, StringComparison.Ordinal);
        Assert.EndsWith("once the time is known.", Check(Client with { Renewal = new(Due, true, null, null) }).Evidence.English, StringComparison.Ordinal);
        Assert.EndsWith("Last renewed at 2026-12-20 09:30 UTC.", Check(Client with { Renewal = new(Due, false, Due.AddHours(1), null) }).Evidence.English, StringComparison.Ordinal);
        var refused = Check(Client with { Renewal = new(Due, false, Due.AddHours(1), "Central refuses: no (not-trusted).") }).Evidence;
        Assert.EndsWith("Last try at 2026-12-20 09:30 UTC: Central refuses: no (not-trusted).", refused.English, StringComparison.Ordinal);
        Assert.EndsWith("Última tentativa em 2026-12-20 09:30 UTC: Central refuses: no (not-trusted).", refused.Portuguese, StringComparison.Ordinal);
        Assert.DoesNotContain("Renewed", Check(Client).Evidence.English, StringComparison.Ordinal);
    }

    private static HealthCheck Check(CertificateView certificate) => Assert.Single(CertificateChecks.Of([certificate]));
}
