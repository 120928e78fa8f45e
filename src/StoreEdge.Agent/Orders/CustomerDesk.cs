using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using StoreEdge.Agent.Journal;
using StoreEdge.Contracts;
using StoreEdge.Core.Identity;

namespace StoreEdge.Agent.Orders;

/// <summary>What erasing asks of other rooms.</summary>
/// <param name="Tables">The tables that hold something about a person.</param>
/// <param name="EnrolmentVersion">Of the enrolment list in force.</param>
/// <param name="ForgetInMemory">Ends what goes on for these subjects: presence, showings, contexts. Completes once it has.</param>
/// <param name="StateDirectory">Where other copies may lie.</param>
/// <param name="OutOfReach">A directory that cannot be written at present, where most of what is held lies; null where there is none.</param>
internal sealed record CustomerDoors(
    IReadOnlyList<PersonalTable> Tables, Func<long> EnrolmentVersion, Func<IReadOnlyList<Pseudonym>, Task> ForgetInMemory, string StateDirectory, string? OutOfReach = null);

/// <summary>Everything that is held about a customer.</summary>
/// <param name="Tables">The rows that name them, as JSON by table.</param>
/// <param name="Events">The numbers of the events that name them, ascending.</param>
internal sealed record CustomerFile(byte[] Tables, IReadOnlyCollection<long> Events);

/// <summary>
/// Gives out and erases everything that is held about a customer. An erasure is one transaction with its answer: rows go, events go and are declared as gaps, and
/// the customer is a stranger from then on, until there is a newer enrolment list.
/// </summary>
internal sealed class CustomerDesk(JournalStore journal, Strangers strangers, CustomerDoors doors)
{
    /// <summary>A page of an export: below the limits of common brokers (mosquitto has none, others begin at 256 kB).</summary>
    private const int PageBytes = 200_000;

    /// <summary>10 MB of one customer are more than any store holds; what is beyond is said to be left out.</summary>
    private const int MostPages = 50;

    /// <summary>How long a reader that holds up the last of an erasure is waited for, and how often that is looked at.</summary>
    private static readonly TimeSpan FoldPatience = TimeSpan.FromSeconds(8), FoldPause = TimeSpan.FromMilliseconds(100);

    /// <summary>Carries out <c>erase</c>.</summary>
    public async Task<OrderOutcome> EraseAsync(EraseMessage message)
    {
        if (Refusal() is { } refusal) return refusal;
        if (journal.Query(PersonSearch.IsSalvaging))
            return OrderResult.Refused("what a former journal held is still being gone through; send the same command again in some minutes");
        var (subjects, list) = (message.Subjects, doors.EnrolmentVersion());
        foreach (var subject in subjects) strangers.Add(Strangers.HashOf(subject), list);
        await doors.ForgetInMemory([.. subjects.Select(s => new Pseudonym(s))]).ConfigureAwait(false);
        var search = new PersonSearch(subjects);
        search.Look(journal, doors.Tables);
        var copies = await Task.Run(() => StateFiles.Remove(doors.StateDirectory, [.. search.Subjects, .. search.Visits])).ConfigureAwait(false);
        return new([], transaction =>
        {
            // A copy: what is written is written again where somebody else's fault undid it, and numbers may then be others'.
            var found = new PersonSearch(search);
            found.LookAtRest(transaction.Database, doors.Tables, transaction.LastSeq);
            var (rows, events) = found.Erase(transaction, doors.Tables, journal.Epoch);
            StrangersTable.Keep(transaction.Database, subjects, list);
            return OrderResult.Done(
                string.Create(CultureInfo.InvariantCulture, $"{events} events and {rows} rows are erased"),
                new Dictionary<string, JsonElement>
                {
                    ["events"] = Number(events),
                    ["rows"] = Number(rows),
                    ["visits"] = Number(found.Visits.Count),
                    ["copies"] = Number(copies),
                });
        }, Fold: true);
    }

    /// <summary>Erases at the customer's own word, and tells central whom by the hash of the name. Completes once it is off the disk, or as far as a reader that stays lets it.</summary>
    /// <returns>False where it cannot be done now; nothing has been erased then.</returns>
    /// <exception cref="JournalFault">It could not be kept: nothing has been erased.</exception>
    public async Task<bool> EraseAtTheirWordAsync(IReadOnlyList<string> subjects, TimeProvider time)
    {
        if ((await EraseAsync(new("portal", subjects)).ConfigureAwait(false)).Write is not { } erase) return false;
        await journal.WriteAsync(transaction =>
        {
            var done = erase(transaction).Data!;
            var told = new CustomerErasedData([.. subjects.Select(Strangers.HashOf)], "portal", done["events"].GetInt64(), done["rows"].GetInt64());
            return transaction.Append(told, ContractsJson.Write(told), transaction.Now.At);
        }).ConfigureAwait(false);
        for (var waited = TimeSpan.Zero; waited < FoldPatience && !await journal.FoldAsync().ConfigureAwait(false); waited += FoldPause)
            await Task.Delay(FoldPause, time).ConfigureAwait(false);
        return true;
    }

    /// <summary>Looks up everything that is held about a customer.</summary>
    public CustomerFile Find(IReadOnlyList<string> subjects)
    {
        var search = new PersonSearch(subjects);
        search.Look(journal, doors.Tables);
        return new(journal.Query(database => Json(json => search.WriteTables(database, doors.Tables, json))), search.Events);
    }

    /// <summary>Reads events of a file, one at a time; those that went meanwhile are left out.</summary>
    public IEnumerable<StoredEvent> Read(IEnumerable<long> events)
    {
        foreach (var seq in events)
            if (journal.ReadAfter(seq - 1, 1) is [var stored] && stored.Seq == seq) yield return stored;
    }

    /// <summary>An event as an export has it.</summary>
    public static byte[] Write(StoredEvent stored) => Json(json =>
    {
        json.WriteNumber("seq", stored.Seq);
        json.WriteString("type", stored.Type);
        json.WriteString("time", stored.Time);
        json.WritePropertyName("data");
        json.WriteRawValue(stored.Data.Span);
    });

    /// <summary>Carries out <c>export</c>. Its answers are not kept: they are the customer's data.</summary>
    public Task<OrderOutcome> ExportAsync(ExportMessage message)
    {
        if (Refusal() is { } refusal) return Task.FromResult<OrderOutcome>(refusal);
        var (tables, found) = Find(message.Subjects);
        var pages = new List<List<byte[]>> { new() };
        var (size, leftOut) = (tables.Length, 0);
        foreach (var stored in Read(found))
        {
            var one = Write(stored);
            if (size + one.Length > PageBytes && pages[^1].Count > 0)
            {
                pages.Add([]);
                size = 0;
            }

            if (pages.Count > MostPages)
            {
                leftOut++;
                continue;
            }

            pages[^1].Add(one);
            size += one.Length;
        }

        if (pages.Count > MostPages) pages.RemoveAt(MostPages);
        return Task.FromResult(new OrderOutcome([.. pages.Select((page, i) => Page(page, i, pages.Count, tables, leftOut))], Keeps: false));
    }

    /// <summary>Neither an erasure nor an export would be whole.</summary>
    private OrderResult? Refusal() => doors.OutOfReach is { } directory
        ? OrderResult.Refused($"{directory} cannot be written at present; send a new command once the store's health does not say so any more")
        : null;

    private static OrderResult Page(List<byte[]> events, int index, int count, byte[] tables, int leftOut)
    {
        var data = new Dictionary<string, JsonElement>
        {
            ["page"] = Number(index + 1),
            ["pages"] = Number(count),
            ["events"] = JsonElement.Parse("[" + string.Join(',', events.Select(Encoding.UTF8.GetString)) + "]"),
        };
        if (index == 0) data["tables"] = JsonElement.Parse(tables);
        var note = count > 1 ? $"page {index + 1} of {count}; each is an answer of its own to this command" : null;
        return OrderResult.Done(leftOut == 0 ? note : $"{note}; {leftOut} events are left out", data);
    }

    private static JsonElement Number(long number) => JsonElement.Parse(number.ToString(CultureInfo.InvariantCulture));

    private static byte[] Json(Action<Utf8JsonWriter> write)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            write(json);
            json.WriteEndObject();
        }

        return buffer.WrittenSpan.ToArray();
    }
}
