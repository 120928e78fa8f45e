using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.Logging.Abstractions;
using StoreEdge.Agent.Device;
using StoreEdge.Agent.Health;
using StoreEdge.Contracts;
using StoreEdge.Core.Claims;
using StoreEdge.Core.Identity;

namespace StoreEdge.Tests.Device;

/// <summary>The device renews its certificate by itself, in time, and loses nothing where that goes wrong.</summary>
public sealed class RenewalTests : IDisposable
{
    private static readonly DateTimeOffset Now = new(2026, 11, 22, 12, 0, 0, TimeSpan.Zero);
    private static readonly TimeSpan Life = TimeSpan.FromDays(90);
    private static readonly StoreId Store = new("store-0001");

    private readonly string directory = Directory.CreateTempSubdirectory("storeedge-renewal-").FullName;
    private readonly ECDsa authorityKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private readonly ManualClock time = new(Now);
    private readonly HealthBoard health;
    private readonly List<CertificateRequestMessage> asked = [];
    private readonly List<string> copies = [];
    private Func<CertificateRequestMessage, CertificateOutcome> central;
    private Func<string, string?> broker = _ => null;
    private bool timeIsKnown = true;

    public RenewalTests()
    {
        health = new(time, NullLogger<HealthBoard>.Instance);
        central = request => new(Signed(request.Request), null);
    }

    private DeviceIdentity Identity => new(Path.Combine(directory, "state"));

    public void Dispose()
    {
        authorityKey.Dispose();
        Directory.Delete(directory, recursive: true);
    }

    [Fact]
    public async Task A_device_that_was_not_enrolled_yet_runs_and_asks_for_nothing()
    {
        Assert.False(Directory.Exists(Path.GetDirectoryName(Identity.File)));
        using var stop = new CancellationTokenSource();
        var running = Loop().RunAsync(stop.Token);
        Assert.False(running.IsCompleted, "the loop has ended");
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
        Assert.Empty(asked);
    }

    [Fact]
    public void A_renewal_is_due_between_two_thirds_and_77_percent_of_the_life_and_for_each_device_always_at_the_same_point()
    {
        var shares = Enumerable.Range(0, 1000).Select(i => (RenewalPlan.DueAt(Now, Now + Life, $"store-{i}/door") - Now) / Life).ToList();
        Assert.All(shares, s => Assert.InRange(s, 2.0 / 3, 2.0 / 3 + 0.1));
        Assert.All(Enumerable.Range(0, 10), tenth => Assert.InRange(shares.Count(s => (int)((s - 2.0 / 3) * 100) == tenth), 60, 140));
        Assert.Equal(shares[7], (RenewalPlan.DueAt(Now, Now + TimeSpan.FromDays(1), "store-7/door") - Now).TotalDays, 6);
    }

    [Fact]
    public void Failures_are_tried_again_after_a_minute_then_less_and_less_often_and_more_often_where_the_life_is_short()
    {
        Assert.Equal([1, 2, 4, 8, 360, 360], new[] { 1, 2, 3, 4, 10, 10_000 }.Select(f => RenewalPlan.Pause(f, Life, 0).TotalMinutes));
        Assert.Equal(0.5, RenewalPlan.Pause(1, Life, 1).TotalMinutes);
        Assert.Equal((18, 180), (RenewalPlan.Pause(1, TimeSpan.FromHours(1), 0).TotalSeconds, RenewalPlan.Pause(99, TimeSpan.FromHours(1), 0).TotalSeconds));
    }

    [Fact]
    public async Task Once_due_a_new_key_is_asked_for_proven_by_the_old_one_tried_and_swapped()
    {
        await EnrolAsync();
        var loop = Loop();
        var former = Identity.InForce()!;
        Assert.Equal("door", former.Device);
        var due = await loop.LookAsync(default);
        Assert.Empty(asked);
        Assert.Equal(loop.Status.DueAt, Now + due);

        time.Advance(due);
        broker = pair =>
        {
            Assert.Equal(former, Identity.InForce());
            using var trial = X509Certificate2.CreateFromPemFile(pair, pair);
            Assert.True(trial.HasPrivateKey);
            return null;
        };
        await loop.LookAsync(default);
        var request = Assert.Single(asked);
        Assert.Equal((null, former.Pem), (request.Claim, request.Certificate));
        using (var old = X509Certificate2.CreateFromPem(former.Pem))
        using (var key = old.GetECDsaPublicKey()!)
        {
            Assert.True(CertificateProof.IsBy(key, CertificateProof.OfRequest(Store.Value, request.Id, null, request.Request, former.Pem), request.Proof));
            Assert.NotEqual(old.PublicKey.ExportSubjectPublicKeyInfo(), CertificateRequest.LoadSigningRequestPem(request.Request, HashAlgorithmName.SHA256).PublicKey.ExportSubjectPublicKeyInfo());
        }

        AssertWorks(Identity);
        Assert.InRange(time.GetUtcNow() + Life - Identity.InForce()!.NotAfter, TimeSpan.Zero, TimeSpan.FromSeconds(1)); // certificates count whole seconds
        Assert.Equal([Identity.File], Directory.GetFiles(Path.GetDirectoryName(Identity.File)!));
        Assert.Equal((1, null), (loop.Status.Renewed, loop.Status.LastFailure));
        await loop.LookAsync(default);
        Assert.Single(asked);
        Assert.Empty(health.Warnings);
    }

    [Fact]
    public async Task With_an_unsure_clock_nothing_is_renewed()
    {
        await EnrolAsync();
        var loop = Loop();
        time.Advance(Life - TimeSpan.FromDays(1));
        timeIsKnown = false;
        await loop.LookAsync(default);
        Assert.Empty(asked);
        Assert.True(loop.Status.WaitsForTime);
        timeIsKnown = true;
        await loop.LookAsync(default);
        Assert.Equal((1, false), (loop.Status.Renewed, loop.Status.WaitsForTime));
    }

    [Fact]
    public async Task Refusals_and_silence_are_tried_again_with_the_same_key_told_after_the_third_and_over_once_it_works()
    {
        await EnrolAsync();
        var (loop, kept) = (Loop(), await File.ReadAllTextAsync(Identity.File));
        await DueAsync(loop);
        using var stranger = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        Func<CertificateRequestMessage, CertificateOutcome>[] answers =
        [
            _ => new(null, "Central refuses: not now (not-trusted)."), _ => new(null, "Central did not answer within 60 s."), _ => new(Signed(Csr(stranger)), null), r => new(Signed(r.Request, by: stranger), null),
            _ => new(Identity.InForce()!.Pem, null), r => new(Signed(r.Request, days: 10), null), _ => new("x", null),
        ];
        string[] says = ["not now", "did not answer", "is for another key", "The broker does not take the new certificate: unknown ca", "is for another key", "the one in force no sooner", "holds no certificate"];
        for (var i = 0; i < answers.Length; i++)
        {
            central = answers[i];
            broker = pair => X509Certificate2.CreateFromPemFile(pair, pair).Issuer == "CN=Stranger" ? "unknown ca" : null;
            var pause = await loop.LookAsync(default);
            Assert.Contains(says[i], loop.Status.LastFailure, StringComparison.Ordinal);
            Assert.Equal(kept, await File.ReadAllTextAsync(Identity.File));
            Assert.Equal(i >= 2, health.Warnings.Any(w => w.Code == "certificate-renewal-failed" && w.Text.Contains(says[i], StringComparison.Ordinal)));
            // Before its time nobody is asked again.
            await loop.LookAsync(default);
            Assert.Equal(i + 1, asked.Count);
            time.Advance(pause);
        }

        Assert.Single(asked.Select(a => KeyOf(a.Request)).Distinct());
        Assert.Equal(asked.Count, asked.Select(a => a.Id).Distinct().Count());
        central = request => new(Signed(request.Request), null);
        await loop.LookAsync(default);
        await loop.LookAsync(default);
        Assert.NotEqual(kept, await File.ReadAllTextAsync(Identity.File));
        Assert.Equal((0, null), (health.Warnings.Count, loop.Status.LastFailure));
    }

    [Fact]
    public async Task Killed_at_any_moment_of_it_the_device_has_a_working_identity_and_the_next_run_finishes()
    {
        await EnrolAsync();
        var loop = Loop();
        await DueAsync(loop);
        central = request =>
        {
            Copy(); // the request is out
            var answer = Signed(request.Request);
            Copy();
            return new(answer, null);
        };
        broker = _ =>
        {
            Copy(); // the trial's file is there
            return null;
        };
        await loop.LookAsync(default);
        // Between the swap and the end of the request's key: the key of before beside the new identity.
        Copy();
        File.Copy(Path.Combine(copies[0], "identity/renewal.key"), Path.Combine(copies[^1], "identity/renewal.key"));
        // While a file is replaced: what is written lies beside.
        Copy();
        await File.WriteAllTextAsync(Path.Combine(copies[^1], "identity/device.pem.new"), "half");
        await File.WriteAllTextAsync(Path.Combine(copies[^1], "identity/renewal.key"), "");
        Assert.Equal(5, copies.Count);

        (central, broker) = (request => new(Signed(request.Request), null), _ => null);
        time.Advance(Life * 0.8); // due for those that had been renewed as well; over for the others, were they not renewed by now
        foreach (var copy in copies)
        {
            var identity = new DeviceIdentity(copy);
            AssertWorks(identity);
            var (former, key) = (identity.InForce()!, KeyOf(identity));
            var next = Loop(identity);
            using var stop = new CancellationTokenSource();
            var running = next.RunAsync(stop.Token);
            Assert.True(SpinWait.SpinUntil(() => next.Status.Renewed == 1, TimeSpan.FromSeconds(30)), next.Status.LastFailure);
            await stop.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
            AssertWorks(identity);
            Assert.NotEqual(former, identity.InForce());
            Assert.NotEqual(key, KeyOf(identity));
            Assert.Equal(["device.pem"], Directory.GetFiles(Path.Combine(copy, "identity")).Select(f => Path.GetFileName(f)));
        }

        void Copy()
        {
            copies.Add(Path.Combine(directory, $"copy-{copies.Count}"));
            Directory.CreateDirectory(Path.Combine(copies[^1], "identity"));
            foreach (var file in Directory.GetFiles(Path.Combine(directory, "state/identity"))) File.Copy(file, Path.Combine(copies[^1], "identity", Path.GetFileName(file)));
        }
    }

    [Fact]
    public async Task A_certificate_that_a_technician_puts_there_meanwhile_is_the_one_that_counts()
    {
        await EnrolAsync();
        var loop = Loop();
        await DueAsync(loop);
        central = _ => new(null, "Nobody answered.");
        for (var i = 0; i < 3; i++) time.Advance(await loop.LookAsync(default));
        Assert.Single(health.Warnings);
        await EnrolAsync();
        await loop.LookAsync(default);
        Assert.Empty(health.Warnings);
        Assert.Equal(3, asked.Count);
        Assert.True(loop.Status.DueAt > time.GetUtcNow());
    }

    private static void AssertWorks(DeviceIdentity identity)
    {
        using var pair = X509Certificate2.CreateFromPemFile(identity.File, identity.File);
        Assert.True(pair.HasPrivateKey);
    }

    private static string KeyOf(string request) => Convert.ToHexString(CertificateRequest.LoadSigningRequestPem(request, HashAlgorithmName.SHA256).PublicKey.ExportSubjectPublicKeyInfo());

    private static string KeyOf(DeviceIdentity identity)
    {
        using var certificate = X509Certificate2.CreateFromPem(identity.InForce()!.Pem);
        return Convert.ToHexString(certificate.PublicKey.ExportSubjectPublicKeyInfo());
    }

    private static string Csr(ECDsa key) => new CertificateRequest($"CN={Store.Value}", key, HashAlgorithmName.SHA256).CreateSigningRequestPem();

    private RenewalLoop Loop(DeviceIdentity? identity = null) => new(
        identity ?? Identity, Store,
        new(
            () => timeIsKnown ? time.GetUtcNow() : null,
            (request, _) =>
            {
                asked.Add(request);
                return Task.FromResult(central(request));
            },
            (pair, _) => Task.FromResult(broker(pair))),
        health, time, new Random(1), NullLogger<RenewalLoop>.Instance);

    private async Task DueAsync(RenewalLoop loop) => time.Advance(await loop.LookAsync(default));

    private async Task EnrolAsync()
    {
        Directory.CreateDirectory(Path.Combine(directory, "state"));
        Assert.NotNull(await Identity.TakeAsync(Signed(Identity.Request(Store, "door")), Store, time.GetUtcNow(), _ => Task.FromResult(true)));
    }

    private string Signed(string request, ECDsa? by = null, double? days = null)
    {
        var asked = CertificateRequest.LoadSigningRequestPem(request, HashAlgorithmName.SHA256);
        using var signed = asked.Create(
            new X500DistinguishedName(by is null ? "CN=Authority" : "CN=Stranger"), X509SignatureGenerator.CreateForECDsa(by ?? authorityKey), time.GetUtcNow(), time.GetUtcNow() + (days is { } d ? TimeSpan.FromDays(d) : Life), [1]);
        return signed.ExportCertificatePem() + "\n";
    }
}
