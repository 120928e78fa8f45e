using System.CommandLine;
using System.Security.Cryptography;
using StoreEdge.Agent.Commands;
using StoreEdge.Tests.Offers;
using static StoreEdge.Tests.Offers.OfferSamples;

namespace StoreEdge.Tests.Commands;

public sealed class BundleCommandTests : IDisposable
{
    private readonly string directory = Directory.CreateTempSubdirectory("bundle-command-").FullName;

    public void Dispose() => Directory.Delete(directory, recursive: true);

    [Fact]
    public void A_good_bundle_is_told_with_its_hash_and_the_sections_that_are_too_old()
    {
        var (code, output, _) = Run("check", Write(Document(Offer("a", "generic")).With("sections", Ends("counts"))));
        Assert.Equal(0, code);
        Assert.StartsWith("Good: t, 1 offers, 1 fallbacks, SHA-256 ", output, StringComparison.Ordinal);
        Assert.Contains("But its counts are too old", output, StringComparison.Ordinal);
    }

    [Fact]
    public void Each_rule_that_is_broken_is_told_with_its_path()
    {
        var (code, _, error) = Run("check", Write(Document(Offer("a", "generic").With("stock", -1), Offer("b", "promo"))));
        Assert.Equal(1, code);
        Assert.Equal(["offers[0].stock: is -1; allowed are whole numbers from 0 to 2147483647", "offers[1].class: 'promo' is not allowed; allowed are service, help, loyalty, promotion, generic"], error.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(l => l.Trim()));
    }

    [Fact]
    public void What_cannot_be_read_is_no_bad_bundle() => Assert.Equal(2, Run("check", Path.Combine(directory, "nowhere.json")).Code);

    [Fact]
    public void What_is_signed_here_is_what_a_store_takes()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var (privately, publicly) = (Path.Combine(directory, "key.pem"), Path.Combine(directory, "public.pem"));
        File.WriteAllText(privately, key.ExportECPrivateKeyPem());
        File.WriteAllText(publicly, key.ExportSubjectPublicKeyInfoPem());
        var (code, message, _) = Run("sign", "--key", privately, "--store", "store-7", "--version", "3", Write(Document(Offer("a", "generic"))));
        Assert.Equal(0, code);
        var file = Path.Combine(directory, "message.json");
        File.WriteAllText(file, message);
        var output = new StringWriter();
        Assert.Equal(0, DesiredCommand.Create().Parse(["check", "--key", publicly, "--kind", "bundle", "--store", "store-7", file]).Invoke(new() { Output = output, Error = output }));
        Assert.StartsWith("Good: bundle version 3 for store-7", output.ToString(), StringComparison.Ordinal);
        Assert.Equal(2, Run("sign", "--key", privately, "--store", "store-7", "--version", "4", Write(Document(Offer("a", "promo")))).Code);
    }

    [Fact]
    public void A_bundle_is_shown_to_people_and_the_factorys_too()
    {
        var document = Document(Offer("a", "promotion").With("sensitivity", "personal").When("interest", "coffee").With("campaign", "summer")).With("holdouts", HoldoutTests.Holdouts());
        document["suppliers"]![0]!["factor"] = 0;
        var (code, output, _) = Run("show", Write(document));
        Assert.Equal(0, code);
        Assert.Contains("promotion    a: a, personal, if interest is coffee", output, StringComparison.Ordinal);
        Assert.Contains("acme: Acme, suspended", output, StringComparison.Ordinal);
        Assert.Contains("10% of all customers see nothing of summer", output, StringComparison.Ordinal);
        Assert.Contains("fallback     glad-you-are-here", Run("show", "--factory").Output, StringComparison.Ordinal);
        Assert.NotEqual(0, Run("show").Code);
    }

    internal static System.Text.Json.Nodes.JsonObject Ends(string section) => new() { [section] = new System.Text.Json.Nodes.JsonObject { ["validUntil"] = "2020-01-01T00:00:00Z" } };

    private string Write(System.Text.Json.Nodes.JsonObject document)
    {
        var file = Path.Combine(directory, "bundle.json");
        File.WriteAllBytes(file, document.Bytes());
        return file;
    }

    private static (int Code, string Output, string Error) Run(params string[] arguments)
    {
        var (output, error) = (new StringWriter(), new StringWriter());
        var code = BundleCommand.Create(new ManualClock(Noon)).Parse(arguments).Invoke(new() { Output = output, Error = error });
        return (code, output.ToString(), error.ToString());
    }
}
