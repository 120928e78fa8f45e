using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.Extensions.Logging.Abstractions;
using StoreEdge.Agent.Deciding;
using StoreEdge.Agent.Health;
using StoreEdge.Contracts;
using StoreEdge.Core.Signing;
using static StoreEdge.Tests.Offers.OfferSamples;

namespace StoreEdge.Tests.Deciding;

public sealed class BundleStoreTests : IDisposable
{
    private readonly string directory = Directory.CreateTempSubdirectory("bundle-").FullName;
    private readonly HealthBoard health = new(new ManualClock(), NullLogger<HealthBoard>.Instance);

    private string Source => Path.Combine(directory, "bundle.json");

    public void Dispose() => Directory.Delete(directory, recursive: true);

    [Fact]
    public void A_corrupt_bundle_leaves_the_last_good_one_in_force_over_a_restart()
    {
        File.WriteAllBytes(Source, Document(Offer("a", "generic")).Bytes());
        Assert.Equal("t", Loaded().Current.Version);
        File.WriteAllText(Source, "{\"version\":\"half");
        Assert.Equal("t", Loaded().Current.Version);
        Assert.Contains(health.Warnings, w => w.Code == "bundle-refused");
        File.WriteAllBytes(Source, Document(Offer("a", "generic")).With("version", "t2").Bytes());
        Assert.Equal("t2", Loaded().Current.Version);
        Assert.Empty(health.Warnings);
    }

    [Fact]
    public void The_warning_names_the_path_in_the_document()
    {
        File.WriteAllBytes(Source, Document(Offer("a", "generic").With("stock", -1)).Bytes());
        Assert.Equal("factory-1", Loaded().Current.Version);
        Assert.Contains("offers[0].stock: is -1", Assert.Single(health.Warnings).Text, StringComparison.Ordinal);
    }

    [Fact]
    public void Without_any_bundle_the_factorys_is_in_force()
    {
        Assert.Equal("factory-1", Loaded().Current.Version);
        Assert.Equal("bundle-missing", Assert.Single(health.Warnings).Code);
    }

    [Fact]
    public void Where_a_signature_is_demanded_only_a_pinned_key_s_document_for_this_store_counts()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var other = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        File.WriteAllText(Path.Combine(directory, "public.pem"), key.ExportSubjectPublicKeyInfoPem());
        void Put(string store, ECDsa by, string version)
        {
            var document = Document(Offer("a", "generic")).With("version", version).ToJsonString();
            File.WriteAllText(Source, JsonSerializer.Serialize(new DesiredMessage(document, DetachedSignature.Sign(document, new("bundle", store, 1, VerificationKeys.IdOf(by)), by)), ContractsJson.Default.DesiredMessage));
        }

        File.WriteAllBytes(Source, Document(Offer("a", "generic")).Bytes());
        Assert.Equal("factory-1", Loaded(signed: true).Current.Version);
        Assert.Contains("is refused: it is not signed", Assert.Single(health.Warnings).Text, StringComparison.Ordinal);
        Put("store-7", key, "good");
        Assert.Equal("good", Loaded(signed: true).Current.Version);
        Assert.Empty(health.Warnings);
        Put("store-8", key, "elsewhere");
        Assert.Equal("good", Loaded(signed: true).Current.Version);
        Put("*", other, "forged");
        Assert.Equal("good", Loaded(signed: true).Current.Version);
        Assert.Equal("bundle-refused", Assert.Single(health.Warnings).Code);
    }

    [Fact]
    public void The_last_eight_editions_are_kept_by_their_hash()
    {
        var state = Path.Combine(directory, "state");
        var store = Loaded();
        List<string> hashes = [];
        for (var i = 0; i < 10; i++)
        {
            Assert.True(store.TryReplace(Document(Offer("a", "generic")).With("version", $"t{i}").Bytes(), "test"));
            hashes.Add(store.Current.Hash);
            File.SetLastWriteTimeUtc(BundleStore.EditionFile(state, store.Current.Hash), new(2026, 1, 1 + i, 0, 0, 0, DateTimeKind.Utc));
        }

        Assert.All(hashes[..2], h => Assert.Null(BundleStore.FindEdition(state, h)));
        Assert.All(hashes[2..], h => Assert.NotNull(BundleStore.FindEdition(state, h)));
    }

    private BundleStore Loaded(bool signed = false)
    {
        var store = new BundleStore(new(Source, Path.Combine(directory, "state"), signed) { PublicKeyFile = signed ? Path.Combine(directory, "public.pem") : null, Store = "store-7" }, health);
        store.Load();
        return store;
    }
}
