using StoreEdge.Simulator.Judging;

namespace StoreEdge.Tests.Simulator;

public class JudgementTests
{
    private static readonly DateTimeOffset Noon = new(2026, 11, 21, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void A_report_within_the_stay_is_right_and_one_before_or_after_it_is_a_ghost()
    {
        var judged = Judgement.Of([Stay("k1-a", 10, 60)], [Report("k1-a", 12)], []);
        Assert.Equal((1, 1, 1.0, 1.0), (judged.True, judged.Reported, judged.Precision, judged.Recall));

        judged = Judgement.Of([Stay("k1-a", 10, 60)], [Report("k1-a", 2)], []);
        Assert.Equal((1, 1, 0.0, 0.0), (judged.True, judged.Reported, judged.Precision, judged.Recall));
        Assert.Single(judged.Ghosts);

        judged = Judgement.Of([Stay("k1-a", 10, 60)], [Report("k1-a", 70)], []);
        Assert.Single(judged.Ghosts);
        Assert.Single(judged.Missed);
    }

    [Fact]
    public void A_second_report_of_the_same_stay_is_wrong()
    {
        var judged = Judgement.Of([Stay("k1-a", 10, 60)], [Report("k1-a", 12), Report("k1-a", 40)], []);
        Assert.Single(judged.Repeats);
        Assert.Equal(0.5, judged.Precision);
        Assert.Equal(1, judged.Recall);
    }

    [Fact]
    public void Somebody_who_comes_twice_must_be_reported_twice()
    {
        TrueArrival[] twice = [Stay("k1-a", 10, 60), Stay("k1-a", 100, 160)];
        Assert.Equal(1, Judgement.Of(twice, [Report("k1-a", 102), Report("k1-a", 11)], []).Recall);
        Assert.Equal(0.5, Judgement.Of(twice, [Report("k1-a", 11)], []).Recall);
    }

    [Fact]
    public void A_stay_that_is_not_judged_makes_its_report_neither_right_nor_wrong()
    {
        var judged = Judgement.Of([Stay("k1-a", 10, 60, isJudged: false), Stay("k1-b", 20, 60)], [Report("k1-a", 11), Report("k1-b", 21)], []);
        Assert.Equal((1, 1, 1), (judged.True, judged.Reported, judged.Excused.Count));
        Assert.Equal(0, Judgement.Of([Stay("k1-a", 10, 60, isJudged: false)], [], []).True);
    }

    [Fact]
    public void Anonymous_phones_match_acceptances_by_time_each_only_once()
    {
        TrueArrival[] phones = [Accepted(10, 10.2), Accepted(10.1, 10.3), Accepted(50, 50.2)];
        var judged = Judgement.Of(phones, [Report("visit-1", 10.15), Report("visit-2", 10.2), Report("visit-3", 10.25), Report("visit-4", 50.1)], []);
        Assert.Equal((3, 4), (judged.Right.Count, judged.Reported));
        Assert.Single(judged.Repeats);
    }

    [Fact]
    public void Staff_and_passers_by_have_no_true_arrival_so_that_their_reports_are_ghosts()
    {
        var judged = Judgement.Of([Stay("k1-a", 10, 60)], [Report("k1-a", 12), Report("k1-staff", 12), Report("visit-9", 12)], []);
        Assert.Equal(2, judged.Ghosts.Count);
        Assert.Equal(1 / 3.0, judged.Precision, 9);
    }

    [Fact]
    public void A_departure_while_the_customer_stays_is_false_and_one_at_the_door_is_not()
    {
        TrueArrival[] truth = [Stay("k1-a", 10, 60)];
        Assert.Single(Judgement.Of(truth, [], [Departure("k1-a", 30)]).FalseDepartures);
        Assert.Empty(Judgement.Of(truth, [], [Departure("k1-a", 58)]).FalseDepartures);
        Assert.Empty(Judgement.Of(truth, [], [Departure("k1-a", 75)]).FalseDepartures);
        Assert.Empty(Judgement.Of(truth, [], [new("k1-a", "portal", Noon.AddSeconds(30))]).FalseDepartures);
    }

    [Fact]
    public void Nothing_true_and_nothing_reported_is_no_failure()
    {
        var judged = Judgement.Of([], [], []);
        Assert.Equal((1.0, 1.0), (judged.Precision, judged.Recall));
    }

    [Fact]
    public void Percentiles_are_nearest_rank()
    {
        Assert.Equal(95, Judgement.Percentile(Enumerable.Range(1, 100).Select(i => (double)i), 95));
        Assert.Equal(50, Judgement.Percentile(Enumerable.Range(1, 100).Select(i => (double)i), 50));
        Assert.Equal(3, Judgement.Percentile([3, 1, 2], 95));
        Assert.Null(Judgement.Percentile([], 95));
    }

    private static TrueArrival Stay(string subject, double enter, double leave, bool isJudged = true) =>
        new("test", subject, Noon.AddSeconds(enter), Noon.AddSeconds(enter) - Definitions.Early, Noon.AddSeconds(leave) + Definitions.Late, Noon.AddSeconds(leave), isJudged);

    private static TrueArrival Accepted(double sent, double answered) =>
        new("phone", null, Noon.AddSeconds(sent), Noon.AddSeconds(sent), Noon.AddSeconds(answered) + Definitions.Late, Noon.AddSeconds(answered + 60), true);

    private static ReportedArrival Report(string subject, double at) => new(subject, "beacon", Noon.AddSeconds(at), Noon.AddSeconds(at + 0.05));

    private static ReportedDeparture Departure(string subject, double at) => new(subject, "silence", Noon.AddSeconds(at));
}
