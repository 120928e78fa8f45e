using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using StoreEdge.Core.Identity;

namespace StoreEdge.Core.Offers;

/// <summary>
/// Who sees nothing of a campaign. Whoever is held out today is tomorrow, in every store and on every screen: the group follows from the customer's pseudonym, the campaign and the salt.
/// </summary>
/// <param name="Campaign">As offers name it.</param>
/// <param name="Share">Of all customers, 0–0.5.</param>
/// <param name="Salt">Another one draws another group.</param>
public sealed record Holdout(string Campaign, double Share, string Salt)
{
    /// <summary>Whether <paramref name="subject"/> is held out.</summary>
    public bool Holds(Pseudonym subject)
    {
        // No name can hold a line feed, so that no two triples make one text.
        var hash = SHA256.HashData(Encoding.UTF8.GetBytes($"{Salt}\n{Campaign}\n{subject.Value}"));
        return (BinaryPrimitives.ReadUInt64BigEndian(hash) >> 11) * (1.0 / (1UL << 53)) < Share;
    }
}

/// <summary>In which group of a campaign a customer was who could have been shown something of it.</summary>
/// <param name="Campaign">As offers name it.</param>
/// <param name="IsHeldOut">Whether they were shown nothing of it.</param>
public readonly record struct CampaignGroup(string Campaign, bool IsHeldOut);

/// <summary>One customer's groups, drawn once per decision; those that matter are the ones of which they could have been shown something.</summary>
internal sealed class Campaigns(ImmutableArray<Holdout> holdouts, Pseudonym subject)
{
    private readonly CampaignGroup?[] met = new CampaignGroup?[holdouts.Length];

    internal bool IsHeldOut(Offer offer)
    {
        if (offer.Campaign is null) return false;
        for (var i = 0; i < holdouts.Length; i++)
        {
            if (holdouts[i].Campaign != offer.Campaign) continue;
            met[i] ??= new(offer.Campaign, holdouts[i].Holds(subject));
            return met[i]!.Value.IsHeldOut;
        }

        return false;
    }

    internal ImmutableArray<CampaignGroup> Groups() => [.. met.OfType<CampaignGroup>()];
}
