using System.CommandLine;
using StoreEdge.Simulator.Offers;

namespace StoreEdge.Simulator.Commands;

/// <summary>Plays seasons of customers who react, and compares ways to rank.</summary>
internal static class OffersCommand
{
    private const string Description = """
        Plays seasons in a shop without a network, and compares the agent's ranking with Beta(1,1) Thompson sampling, with the Wilson lower bound alone and with chance.

        Ten offers of five suppliers of different quality, wanted at 1–5 % of the showings on a phone and refused the more the worse they are; 60 visits a day of 600 neighbours, four
        decisions each, a third of them on a screen, at which one of ten looks. Customers want, ignore, put off, refuse for ever or say stop; some are known, some owe, some live together, some buy a
        gift, four of ten are guests. What is suppressed and capped is so for every strategy, by the agent's own rules; each strategy learns from the same kind of votes: one per person, offer and
        day, gifts left out. Lost wants are counted against the best of the offers that a decision allowed, by the true rates; "more than ours" is seed by seed, with 95 % intervals. Never-events
        are counted by a book that knows what is true about everybody and nothing of what decided.
        """;

    public static Command Make()
    {
        var seeds = new Option<int>("--seeds") { Description = "How many shops, 2–100,000.", DefaultValueFactory = _ => 100 };
        var days = new Option<int>("--days") { Description = "Length of the season, 2–3,650.", DefaultValueFactory = _ => 60 };
        var season = new Option<Season>("--season")
        {
            Description = "steady; changing: half-way the suppliers change places; stuffed: every day somebody wants the worst offer with forty unknown phones.",
            DefaultValueFactory = _ => Season.Steady,
        };
        var guests = new Option<bool>("--guests") { Description = "Instead of other strategies: the agent's own with the votes of guests in full, and without them." };
        var first = RunOptions.Seed();
        var command = new Command("offers", Description) { seeds, days, season, guests, first };
        command.SetAction(parsed =>
        {
            try
            {
                var lines = SeasonTable.Play(
                    parsed.GetValue(guests) ? Strategy.Guests : Strategy.All, parsed.GetValue(season), (int)RunOptions.Within("--seeds", parsed.GetValue(seeds), 2, 100_000),
                    (int)RunOptions.Within("--days", parsed.GetValue(days), 2, 3650), parsed.GetValue(first));
                Console.Write(SeasonTable.Text(lines));
                return lines[0].Never == 0 ? 0 : 1;
            }
            catch (UsageException fault)
            {
                Console.Error.WriteLine(fault.Message);
                return 2;
            }
        });
        return command;
    }
}
