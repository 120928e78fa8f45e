using StoreEdge.Core.Panels;
using StoreEdge.Linux.I2c;

namespace StoreEdge.Agent.Panels;

/// <summary>A character display: whole lines, and only those that have changed.</summary>
internal sealed class CharacterPanel(II2cBus bus, int address, PanelShape shape, TimeProvider time) : IPanel
{
    private Hd44780Page page = Hd44780Page.Of([], shape.Columns, shape.Rows);

    /// <inheritdoc/>
    public async Task StartAsync(IReadOnlyList<PanelLine> lines, CancellationToken stop)
    {
        await SendAsync(Hd44780.Start, stop);
        page = Page(lines);
        await SendAsync(All(page), stop);
    }

    /// <inheritdoc/>
    public async Task DrawAsync(IReadOnlyList<PanelLine> lines, CancellationToken stop)
    {
        var (before, next) = (page, Page(lines));
        // Letters first: a line never names one that is not there yet.
        var letters = next.Letters.Select((letter, slot) => (letter, slot)).Where(l => l.slot >= before.Letters.Count || before.Letters[l.slot] != l.letter);
        var rows = next.Rows.Select((codes, row) => (codes, row)).Where(r => !r.codes.AsSpan().SequenceEqual(before.Rows[r.row]));
        await SendAsync([.. letters.Select(l => Hd44780.Letter(l.slot, l.letter)), .. rows.Select(r => Hd44780.Line(r.row, r.codes))], stop);
        page = next;
    }

    /// <inheritdoc/>
    public async Task AgainAsync(CancellationToken stop)
    {
        await SendAsync(Hd44780.Again, stop);
        await SendAsync(All(page), stop);
    }

    /// <inheritdoc/>
    public void Ask() => bus.Write(address, Hd44780.Line(0, page.Rows[0]).Bytes.Span);

    private static IReadOnlyList<BusMessage> All(Hd44780Page page) =>
        [.. page.Letters.Select((letter, slot) => Hd44780.Letter(slot, letter)), .. page.Rows.Select((codes, row) => Hd44780.Line(row, codes))];

    private Hd44780Page Page(IReadOnlyList<PanelLine> lines)
    {
        var rows = new string[shape.Rows];
        Array.Fill(rows, "");
        foreach (var line in lines) rows[line.Row] = line.Text;
        return Hd44780Page.Of(rows, shape.Columns, shape.Rows);
    }

    private async Task SendAsync(IReadOnlyList<BusMessage> messages, CancellationToken stop)
    {
        foreach (var message in messages)
        {
            bus.Write(address, message.Bytes.Span);
            if (message.Pause > TimeSpan.Zero) await Task.Delay(message.Pause, time, stop);
        }
    }
}
