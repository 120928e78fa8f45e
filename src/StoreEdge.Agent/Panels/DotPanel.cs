using StoreEdge.Core.Panels;
using StoreEdge.Linux.I2c;

namespace StoreEdge.Agent.Panels;

/// <summary>An OLED: only pages that have changed. With each putting in order the picture moves by a dot, so that what stands there for years does not burn in.</summary>
internal sealed class DotPanel(II2cBus bus, int address, PanelShape shape) : IPanel
{
    /// <summary>21 letters of 6 dots leave two columns free.</summary>
    private const int MostShift = 2;

    private DotPicture picture = new(shape.Rows);
    private IReadOnlyList<PanelLine> shown = [];
    private int shift;

    /// <inheritdoc/>
    public Task StartAsync(IReadOnlyList<PanelLine> lines, CancellationToken stop)
    {
        (shown, picture) = (lines, Picture(lines));
        // Lit last: nobody sees what the memory had at power-on.
        Send([Ssd1306.Start(shape.Rows), .. Ssd1306.Change(null, picture), Ssd1306.On]);
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task DrawAsync(IReadOnlyList<PanelLine> lines, CancellationToken stop)
    {
        var next = Picture(lines);
        Send(Ssd1306.Change(picture, next));
        (shown, picture) = (lines, next);
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task AgainAsync(CancellationToken stop)
    {
        shift = (shift + 1) % (MostShift + 1);
        picture = Picture(shown);
        Send([Ssd1306.Start(shape.Rows, wasOn: true), .. Ssd1306.Change(null, picture), Ssd1306.On]);
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public void Ask() => bus.Write(address, Ssd1306.StillThere.Bytes.Span);

    private DotPicture Picture(IReadOnlyList<PanelLine> lines)
    {
        var next = new DotPicture(shape.Rows);
        foreach (var line in lines) next.Draw(shift, line.Row * PanelFont.Height, line.Text, line.Scale);
        return next;
    }

    private void Send(IReadOnlyList<BusMessage> messages)
    {
        foreach (var message in messages) bus.Write(address, message.Bytes.Span);
    }
}
