using System.Security.Cryptography;
using StoreEdge.Agent.Health;
using StoreEdge.Contracts;
using StoreEdge.Core;
using StoreEdge.Core.Identity;

namespace StoreEdge.Agent.Device;

/// <summary>How the certificate's renewal stands.</summary>
/// <param name="DueAt">When the next one is asked for; null where there is no certificate.</param>
internal sealed record RenewalStatus(DateTimeOffset? DueAt)
{
    /// <summary>Whether it waits because nobody knows what time it is.</summary>
    public bool WaitsForTime { get; init; }

    /// <summary>When it was tried last; null: not since the agent started.</summary>
    public DateTimeOffset? LastTryAt { get; init; }

    /// <summary>Why the last try came to nothing; null where it did not.</summary>
    public string? LastFailure { get; init; }

    /// <summary>Successors taken since the agent started.</summary>
    public int Renewed { get; init; }
}

/// <summary>What the loop needs of the world.</summary>
/// <param name="Now">The time; null while it is not known.</param>
/// <param name="Ask">Asks central.</param>
/// <param name="Refusal">Tries a file with certificate and key at the broker; why it is not let in, or null.</param>
internal sealed record RenewalDoors(
    Func<DateTimeOffset?> Now, Func<CertificateRequestMessage, CancellationToken, Task<CertificateOutcome>> Ask, Func<string, CancellationToken, Task<string?>> Refusal);

/// <summary>
/// Renews the device's certificate by itself: a new key, a request that the key in force proves, a certificate that the broker has let in, and only then the swap. Whatever goes wrong, what is in
/// force stays, and the next try comes later. Without a known time it does nothing: a clock that is a year ahead must not have the whole fleet ask.
/// </summary>
internal sealed class RenewalLoop(DeviceIdentity identity, StoreId store, RenewalDoors doors, HealthBoard health, TimeProvider time, Random random, ILogger<RenewalLoop> log)
{
    private const string Failed = "certificate-renewal-failed";

    /// <summary>So many in a row are no hiccup of the line any more.</summary>
    private const int ToldAfter = 3;

    /// <summary>A certificate that a technician puts there, or a clock that is set, is met within this.</summary>
    private static readonly TimeSpan LookEvery = TimeSpan.FromMinutes(1);

    private RenewalStatus status = new((DateTimeOffset?)null);
    private string? watched;
    private int failures;
    private Instant? notBefore;

    /// <summary>How it stands; may be asked by any thread.</summary>
    public RenewalStatus Status => Volatile.Read(ref status);

    public async Task RunAsync(CancellationToken stop)
    {
        try
        {
            identity.ForgetTrials();
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            log.LogWarning(fault, "What a killed trial of a certificate left is still there");
        }

        while (true)
        {
            var wait = await LookAsync(stop).ConfigureAwait(false);
            await Task.Delay(wait < LookEvery ? wait : LookEvery, time, stop).ConfigureAwait(false);
        }
    }

    /// <summary>Looks once, and renews where it is due.</summary>
    /// <returns>When to look again, at the latest.</returns>
    internal async Task<TimeSpan> LookAsync(CancellationToken stop)
    {
        if (identity.InForce() is not { } inForce)
        {
            Set(new RenewalStatus((DateTimeOffset?)null) { Renewed = Status.Renewed });
            return LookEvery;
        }

        if (watched != inForce.Pem)
        {
            // Another one, whoever put it there: what was wrong before says nothing about it.
            (watched, failures, notBefore) = (inForce.Pem, 0, null);
            Set(Status with { LastFailure = null });
            health.Clear(Failed);
        }

        var due = RenewalPlan.DueAt(inForce.NotBefore, inForce.NotAfter, $"{store.Value}/{inForce.Device}");
        var now = doors.Now();
        Set(Status with { DueAt = due, WaitsForTime = now is null });
        if (now is not { } known) return LookEvery;
        if (known < due) return due - known;
        if (notBefore is { } again && again > Instant.Now(time)) return again - Instant.Now(time);
        if (await TryAsync(inForce, known, stop).ConfigureAwait(false) is not { } why)
        {
            Set(Status with { LastTryAt = known, LastFailure = null, Renewed = Status.Renewed + 1 });
            return TimeSpan.Zero;
        }

        failures++;
        var rest = RenewalPlan.Pause(failures, inForce.NotAfter - inForce.NotBefore, random.NextDouble());
        notBefore = Instant.Now(time) + rest;
        Set(Status with { LastTryAt = known, LastFailure = why });
        log.LogWarning("The device's certificate was not renewed: {Why} Try {Failures}; the next in {Rest}", why, failures, rest);
        if (failures >= ToldAfter)
            health.Raise(Failed, Severity.Warning, $"The device's certificate, which ends on {inForce.NotAfter:yyyy-MM-dd HH:mm} UTC, cannot be renewed: {why}",
                "Ask whoever runs central whether its authority answers; it is tried again by itself. Before that day at the latest: sudo storeedge enroll --claim-file - with a new claim.");
        return rest;
    }

    private async Task<string?> TryAsync(DeviceCertificate inForce, DateTimeOffset now, CancellationToken stop)
    {
        try
        {
            var request = identity.Successor(store, Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16)));
            var (certificate, refused) = await doors.Ask(request, stop).ConfigureAwait(false);
            if (certificate is null) return refused ?? "Nobody answered.";
            string? refusal = null;
            var until = await identity.SucceedAsync(certificate, store, now, async pair => (refusal = await doors.Refusal(pair, stop).ConfigureAwait(false)) is null).ConfigureAwait(false);
            if (until is null) return $"The broker does not take the new certificate: {refusal}";
            log.LogInformation("The device's certificate was renewed: {Former:u} was its end, and {Until:u} is", inForce.NotAfter, until);
            return null;
        }
        catch (Exception fault) when (fault is InvalidDataException or IOException or UnauthorizedAccessException)
        {
            return fault.Message;
        }
    }

    private void Set(RenewalStatus next) => Volatile.Write(ref status, next);
}
