using StoreEdge.Agent.Commands;
using StoreEdge.Agent.Health;

namespace StoreEdge.Tests.Health;

public sealed class ReportPrinterTests
{
    private static readonly StatusReport Report = new(
        "degraded", "The store is served; 1 thing to look at.", default, 7300, "en", new("store-0001", "Loja Centro"), "1.2.3",
        [new("link", "Broker", "warn", "Not connected.", "Check the network."), new("disk", "Disk space", "pass", "12 GB free.", null)], [], null, null, [], null, 3, []);

    [Fact]
    public void Each_check_is_one_line_and_what_to_do_another()
    {
        var text = new StringWriter();
        new ReportPrinter(text, colours: false).Print(Report);
        Assert.Equal(
            """
            Loja Centro (store-0001), storeedge 1.2.3, running for 2 h
            ! The store is served; 1 thing to look at.

              ! Broker      Not connected.
                → Check the network.
              ✓ Disk space  12 GB free.

            """, text.ToString());
    }

    [Fact]
    public void Colours_change_nothing_but_the_colours()
    {
        var (plain, coloured) = (new StringWriter(), new StringWriter());
        new ReportPrinter(plain, colours: false).Print(Report);
        new ReportPrinter(coloured, colours: true).Print(Report);
        Assert.Contains('\e', coloured.ToString());
        Assert.Equal(plain.ToString(), System.Text.RegularExpressions.Regex.Replace(coloured.ToString(), "\e\\[[0-9]+m", ""));
    }

    [Theory]
    [InlineData("ok", 0)]
    [InlineData("degraded", 1)]
    [InlineData("failed", 2)]
    public void The_exit_code_says_the_verdict(string verdict, int code) => Assert.Equal(code, DoctorCommand.ExitCode(Report with { Verdict = verdict }));
}
