using System.Security.Cryptography.X509Certificates;
using StoreEdge.Agent.Satellites;

namespace StoreEdge.Tests.Satellites;

public sealed class PairingsTests : IDisposable
{
    private static readonly DateTimeOffset Today = new(2026, 11, 21, 9, 0, 0, TimeSpan.Zero);
    private readonly string state = Directory.CreateTempSubdirectory("storeedge-pairings-").FullName;

    public void Dispose() => Directory.Delete(state, recursive: true);

    [Fact]
    public void Who_is_paired_anew_or_unpaired_is_known_and_out_for_every_reader_at_once()
    {
        var (command, agent) = (new Pairings(state), new Pairings(state));
        command.Add("back-room", "aa", Today);
        Assert.Null(agent.Find("aa")!.Ended);
        command.Add("back-room", "bb", Today.AddDays(1));
        Assert.Equal((Today.AddDays(1), null), (agent.Find("aa")!.Ended, agent.Find("bb")!.Ended));
        Assert.True(command.Remove("back-room", Today.AddDays(2)));
        Assert.Equal(Today.AddDays(2), agent.Find("bb")!.Ended);
        Assert.False(command.Remove("back-room", Today.AddDays(3)));
        Assert.Null(agent.Find("cc"));
    }

    [Fact]
    public void There_is_a_most_and_ended_pairings_do_not_pile_up()
    {
        var pairings = new Pairings(state);
        for (var i = 0; i < 100; i++) pairings.Add("one", $"f{i}", Today.AddMinutes(i));
        for (var i = 2; i <= Pairings.Most; i++) pairings.Add($"s{i}", $"s{i}", Today);
        Assert.Throws<InvalidOperationException>(() => pairings.Add("one-more", "x", Today));
        pairings.Add("one", "again", Today.AddDays(1));
        Assert.InRange(pairings.Read().Count, Pairings.Most + 1, 100);
        Assert.Null(pairings.Find("again")!.Ended);
    }

    [Fact]
    public void A_file_that_cannot_be_understood_lets_nobody_in_and_says_what_to_do()
    {
        var pairings = new Pairings(state);
        pairings.Add("one", "aa", Today);
        File.WriteAllText(Path.Combine(state, "satellites", "paired.json"), "{ half");
        Assert.Contains("pair the satellites again", Assert.Throws<InvalidDataException>(() => pairings.Find("aa")).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"satellites":[null]}""")]
    [InlineData("""{"satellites":[{"name":null,"fingerprint":null}]}""")]
    public void A_file_with_holes_is_not_understood_either(string text)
    {
        var pairings = new Pairings(state);
        pairings.Add("one", "aa", Today);
        File.WriteAllText(Path.Combine(state, "satellites", "paired.json"), text);
        Assert.Contains("pair the satellites again", Assert.Throws<InvalidDataException>(() => pairings.Find("aa")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_that_was_away_and_is_put_back_as_it_was_counts_again()
    {
        var (pairings, path) = (new Pairings(state), Path.Combine(state, "satellites", "paired.json"));
        pairings.Add("one", "aa", Today);
        Assert.NotNull(pairings.Find("aa"));
        File.Move(path, path + ".away");
        Assert.Null(pairings.Find("aa"));
        File.Move(path + ".away", path);
        Assert.NotNull(pairings.Find("aa"));
    }

    [Fact]
    public void Secrets_are_readable_by_their_owner_alone()
    {
        using var store = SatelliteIdentity.OfStore(state);
        new Pairings(state).Add("one", "aa", Today);
        const UnixFileMode Owner = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        Assert.Equal(Owner | UnixFileMode.UserExecute, File.GetUnixFileMode(Path.Combine(state, "satellites")));
        Assert.All(Directory.GetFiles(Path.Combine(state, "satellites")), f => Assert.Equal(Owner, File.GetUnixFileMode(f)));
        using var again = SatelliteIdentity.OfStore(state);
        Assert.Equal(SatelliteIdentity.FingerprintOf(store), SatelliteIdentity.FingerprintOf(again));
        Assert.True(again.HasPrivateKey);
    }

    [Fact]
    public void A_certificate_is_good_at_whatever_time_a_machine_believes_it_to_be()
    {
        var (pem, _) = SatelliteIdentity.Create("back-room");
        using var certificate = X509Certificate2.CreateFromPem(pem);
        Assert.True(certificate.NotBefore.Year <= 2000 && certificate.NotAfter.Year == 9999);
    }
}
