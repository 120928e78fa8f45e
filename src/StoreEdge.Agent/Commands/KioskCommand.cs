using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using StoreEdge.Agent.Displays;
using StoreEdge.Agent.Pages.Kiosk;
using StoreEdge.Core;

namespace StoreEdge.Agent.Commands;

/// <summary><c>storeedge kiosk</c>: shows a display's page in a browser and starts that anew when the screen has died or frozen. Runs where the screen is, under its window system.</summary>
internal static class KioskCommand
{
    /// <summary>A page without edges, without questions, and with nothing of a browser around it.</summary>
    private static readonly string[] Always =
    [
        "--kiosk", "--noerrdialogs", "--hide-crash-restore-bubble", "--disable-session-crashed-bubble", "--no-first-run", "--disable-pinch", "--overscroll-history-navigation=0",
        "--disable-features=Translate", "--disable-background-networking", "--disable-component-update", "--disable-sync", "--hide-scrollbars",
    ];

    public static Command Create(TimeProvider time)
    {
        var display = new Option<string>("--display") { Description = "Which of the store's displays this screen is.", Required = true };
        var agent = new Option<string>("--agent") { Description = "Where the agent serves its pages.", DefaultValueFactory = _ => "http://127.0.0.1:8480" };
        var key = new Option<FileInfo?>("--key-file") { Description = "The display's key (displays[].keyFile), where the agent is another machine." };
        var browser = new Option<string>("--browser") { Description = "The browser.", DefaultValueFactory = _ => "chromium" };
        var profile = new Option<DirectoryInfo>("--profile") { Description = "Where the browser keeps the page for when the agent is away.", DefaultValueFactory = _ => new("/var/lib/storeedge-kiosk") };
        var extra = new Argument<string[]>("arguments") { Description = "More for the browser, after --.", Arity = ArgumentArity.ZeroOrMore };
        var command = new Command("kiosk", "Show a display's page in a browser on this machine, and start the browser anew when the screen dies or freezes.") { display, agent, key, browser, profile, extra };
        command.SetAction(async (parsed, stop) =>
        {
            var id = Uri.EscapeDataString(parsed.GetRequiredValue(display));
            var secret = parsed.GetValue(key) is { } file ? "?key=" + Uri.EscapeDataString((await File.ReadAllTextAsync(file.FullName, stop)).Trim()) : "";
            var page = new Uri(new Uri(parsed.GetRequiredValue(agent)), $"/display/{id}");
            using var http = new HttpClient { Timeout = BrowserWatch.Pace };
            string[] arguments = [.. Always, $"--user-data-dir={parsed.GetRequiredValue(profile).FullName}", .. parsed.GetValue(extra) ?? [], page + secret];
            var log = parsed.InvocationConfiguration.Error;
            try
            {
                while (true)
                {
                    using var running = Process.Start(new ProcessStartInfo(parsed.GetRequiredValue(browser), arguments)) ?? throw new InvalidOperationException("the browser did not start");
                    var why = await WatchAsync(running, new Uri(page + "/state"), http, time, stop);
                    await log.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"The browser of {id} is started anew: {why}."));
                    await Task.Delay(TimeSpan.FromSeconds(1), time, stop);
                }
            }
            catch (OperationCanceledException) when (stop.IsCancellationRequested)
            {
                return 0;
            }
            catch (System.ComponentModel.Win32Exception fault)
            {
                await log.WriteLineAsync($"{parsed.GetValue(browser)} cannot be started: {fault.Message}. apt-get install chromium, or name another with --browser.");
                return 2;
            }
        });
        return command;
    }

    /// <summary>Looks on until the browser ends or has to; it has ended when this returns.</summary>
    private static async Task<string> WatchAsync(Process browser, Uri state, HttpClient http, TimeProvider time, CancellationToken stop)
    {
        try
        {
            var good = Instant.Now(time);
            while (!browser.HasExited)
            {
                using var ended = CancellationTokenSource.CreateLinkedTokenSource(stop);
                await Task.WhenAny(browser.WaitForExitAsync(ended.Token), Task.Delay(BrowserWatch.Pace, time, ended.Token));
                await ended.CancelAsync();
                stop.ThrowIfCancellationRequested();
                if (browser.HasExited) break;
                try
                {
                    if (await http.GetFromJsonAsync(state, KioskJson.Default.KioskState, stop) is not { } now) continue;
                    var silence = now.SilentMs is { } silent ? TimeSpan.FromMilliseconds(silent) : default(TimeSpan?);
                    if (BrowserWatch.WhyRestart(silence, TimeSpan.FromMilliseconds(now.FrozenMs), Instant.Now(time) - good) is { } why) return why;
                }
                catch (Exception fault) when (fault is HttpRequestException or System.Text.Json.JsonException || (fault is OperationCanceledException && !stop.IsCancellationRequested))
                {
                    // The agent is away or does not know the display: the page shows what it has, and is given its time once it answers.
                    good = Instant.Now(time);
                }
            }

            return $"it ended with {browser.ExitCode}";
        }
        finally
        {
            if (!browser.HasExited)
            {
                browser.Kill(entireProcessTree: true);
                await browser.WaitForExitAsync(CancellationToken.None);
            }
        }
    }
}
