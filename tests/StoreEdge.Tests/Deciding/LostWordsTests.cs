using StoreEdge.Contracts;
using static StoreEdge.Tests.Offers.OfferSamples;

namespace StoreEdge.Tests.Deciding;

/// <summary>Never: somebody who said stop before the journal was damaged is shown something of their own after it.</summary>
public class LostWordsTests
{
    private static byte[] OneGeneric => Document(Offer("g", "generic")).Bytes();

    [Theory]
    [InlineData("zero")]
    [InlineData("halve")]
    [InlineData("delete")]
    [InlineData("flip")]
    public async Task Whoever_said_stop_is_shown_nothing_after_the_damage_until_they_consent_afresh(string harm)
    {
        await using var bench = new DecidingBench(OneGeneric);
        await bench.ArrivesAsync("v1");
        await bench.HappensAsync(Consent("v1", "k1-ana"));
        Assert.Equal("g", bench.OnDoor);
        await bench.ChoosesAsync("v1", "stop", null);
        await bench.DepartsAsync("v1");
        await bench.Journal.DisposeAsync();
        Harm(Path.Combine(bench.Directory, "journal", "journal.db"), harm);
        bench.Open();

        Assert.True(bench.Inputs.HasStopped(new("k1-ana")));
        await bench.ArrivesAsync("v2");
        Assert.NotEqual("g", bench.OnDoor);
        Assert.DoesNotContain(await bench.PhoneAsync("v2"), o => o.Offer.Value == "g");
        await bench.DepartsAsync("v2");

        await bench.HappensAsync(Consent("v2", "k1-ana"));
        Assert.False(bench.Inputs.HasStopped(new("k1-ana")));
    }

    [Fact]
    public async Task Where_every_word_could_be_read_the_others_are_not_made_to_say_it_again()
    {
        await using var bench = new DecidingBench(OneGeneric);
        await bench.ArrivesAsync("v1");
        await bench.ChoosesAsync("v1", "stop", null);
        await bench.DepartsAsync("v1");
        await bench.Journal.DisposeAsync();
        Tamper(bench, "DELETE FROM journal");
        bench.Open();
        Assert.True(bench.Inputs.HasStopped(new("k1-ana")));
        Assert.False(bench.Inputs.HasStopped(new("k1-bia")));
        bench.Inputs.CheckDoubt();
        Assert.DoesNotContain(bench.Health.Warnings, w => w.Code == "words-in-doubt");
        Assert.True(bench.Events.OfType<JournalRenewedData>().All(r => r.Complete));
    }

    [Fact]
    public async Task An_old_consent_is_no_consent_while_a_later_stop_may_have_been_lost_and_an_operator_may_end_that()
    {
        await using var bench = new DecidingBench(OneGeneric);
        await bench.ArrivesAsync("v1");
        await bench.HappensAsync(Consent("v1", "k1-ana"));
        await bench.DepartsAsync("v1");
        await bench.Journal.DisposeAsync();
        Tamper(bench, "DELETE FROM journal; UPDATE words SET checksum = checksum + 1");
        bench.Open();
        Assert.True(bench.Inputs.HasStopped(new("k1-ana")));
        bench.Inputs.CheckDoubt();
        Assert.Contains(bench.Health.Warnings, w => w.Code == "words-in-doubt");
        await bench.RestartAsync();
        Assert.True(bench.Inputs.HasStopped(new("k1-ana")));

        var (output, error) = (new StringWriter(), new StringWriter());
        var code = Agent.Commands.JournalCommand.Create().Parse(["trust-words", "--directory", Path.Combine(bench.Directory, "journal")])
            .Invoke(new System.CommandLine.InvocationConfiguration { Output = output, Error = error });
        Assert.True(code == 0, error.ToString());
        Assert.False(bench.Inputs.HasStopped(new("k1-ana")));
    }

    private static ConsentData Consent(string visit, string subject) =>
        new(visit, subject, Guid.NewGuid().ToString(), "1", "en", true, true, true, "low");

    private static void Tamper(DecidingBench bench, string sql)
    {
        using var database = new Microsoft.Data.Sqlite.SqliteConnection($"Data Source={Path.Combine(bench.Directory, "journal", "journal.db")};Pooling=False");
        database.Open();
        using var command = database.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    private static void Harm(string file, string harm)
    {
        if (harm == "delete")
        {
            File.Delete(file);
            return;
        }

        var bytes = File.ReadAllBytes(file);
        if (harm == "zero") Array.Clear(bytes);
        else if (harm == "halve") bytes = bytes[..(bytes.Length / 2)];
        else
        {
            // The word itself: "stop" becomes "rtop", which nothing in the structure notices.
            for (var at = bytes.AsSpan().IndexOf("k1-anastop"u8); at >= 0; at = bytes.AsSpan().IndexOf("k1-anastop"u8)) bytes[at + 6] ^= 1;
        }

        File.WriteAllBytes(file, bytes);
    }
}
