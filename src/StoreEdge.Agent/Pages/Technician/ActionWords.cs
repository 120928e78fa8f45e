using StoreEdge.Agent.Health;
using StoreEdge.Contracts;

namespace StoreEdge.Agent.Pages.Technician;

/// <summary>What the first page says.</summary>
internal static class ActionWords
{
    public static readonly Phrase Displays = new("Displays", "Telas");
    public static readonly Phrase NoDisplays = new("No display is configured.", "Nenhuma tela configurada.");
    public static readonly Phrase Pattern = new("Test pattern", "Imagem de teste");

    /// <summary><c>{0}</c> is the zone.</summary>
    public static readonly Phrase PatternText = new("Zone {0}. All four edges and eight colours must be seen.", "Zona {0}. As quatro bordas e oito cores devem aparecer.");

    /// <summary><c>{0}</c> is the display.</summary>
    public static readonly Phrase PatternSent = new("{0} shows a test pattern for 8 seconds.", "{0} mostra uma imagem de teste por 8 segundos.");
    public static readonly Phrase PatternNobody = new("{0} is not connected, so nobody sees its test pattern.", "{0} não está conectada; ninguém vê a imagem de teste.");
    public static readonly Phrase NoSuchDisplay = new("There is no such display.", "Essa tela não existe.");

    /// <summary><c>{0}</c> is how many milliseconds.</summary>
    public static readonly Phrase Drawn = new("drew it whole after {0} ms", "desenhou tudo em {0} ms");
    public static readonly Phrase DrawnWrong = new("drew something else; reload its page", "desenhou outra coisa; recarregue a página dela");
    public static readonly Phrase NotDrawn = new("connected, but did not draw it", "conectada, mas não desenhou");
    public static readonly Phrase Waiting = new("waiting for its answer…", "esperando a resposta…");
    public static readonly Phrase Connected = new("connected", "conectada");
    public static readonly Phrase NotConnected = new("not connected", "sem conexão");
    public static readonly Phrase Lamps = new("Lamps", "Lâmpadas");
    public static readonly Phrase Flash = new("Flash", "Piscar");

    /// <summary><c>{0}</c> is the lamp.</summary>
    public static readonly Phrase Flashes = new("{0} flashes quickly for 10 seconds.", "{0} pisca rápido por 10 segundos.");
    public static readonly Phrase NoSuchLamp = new("There is no such lamp.", "Essa lâmpada não existe.");
    public static readonly Phrase Arrival = new("Test arrival", "Chegada de teste");
    public static readonly Phrase ArrivalHint = new(
        "Nobody comes in, and everything else is real: decision, display, central. Marked as a test, it counts in no vote, no cap and no journey, and leaves after 20 seconds.",
        "Ninguém entra, e todo o resto é real: decisão, tela, central. Marcada como teste, não conta em votos, limites nem jornadas, e sai depois de 20 segundos.");
    public static readonly Phrase Zone = new("Comes into", "Entra em");
    public static readonly Phrase Send = new("Send", "Enviar");

    /// <summary><c>{0}</c> is the zone.</summary>
    public static readonly Phrase Sent = new("A test came into {0}.", "Um teste entrou em {0}.");
    public static readonly Phrase Running = new("A test is in {0}…", "Há um teste em {0}…");
    public static readonly Phrase AlreadyRunning = new("One is here already. Wait until it has left.", "Já há um. Espere até que saia.");
    public static readonly Phrase NoSuchZone = new("There is no such zone.", "Essa zona não existe.");
    public static readonly Phrase Restart = new("Restart the service", "Reiniciar o serviço");
    public static readonly Phrase RestartHint = new(
        "Everything is kept first. Displays go on with what they have; phones wait a few seconds. Afterwards you may have to come in again.",
        "Antes, tudo é guardado. As telas seguem com o que têm; os celulares esperam alguns segundos. Depois é preciso entrar de novo.");
    public static readonly Phrase Sure = new("Yes, restart it", "Sim, reiniciar");
    public static readonly Phrase RestartNow = new("Restart", "Reiniciar");
    public static readonly Phrase Restarting = new("Restarting…", "Reiniciando…");

    /// <summary>The script puts the seconds in for <c>{s}</c>.</summary>
    public static readonly Phrase Back = new("It is back after {s} s.", "Voltou depois de {s} s.");
    public static readonly Phrase OpenAgain = new("Open the technician's page again", "Abrir a página do técnico de novo");

    private static readonly Dictionary<string, Phrase> Steps = new()
    {
        [EventTypes.Arrival] = new("Arrival on disk", "Chegada no disco"),
        [EventTypes.Decision] = new("Decision", "Decisão"),
        [EventTypes.Rendered] = new("Drawn by the display", "Desenhado pela tela"),
        [EventTypes.ProofOfPlay] = new("Proof of play", "Prova de exibição"),
        [EventTypes.Departure] = new("Departure", "Saída"),
        ["acknowledged"] = new("Central holds the arrival", "A central guardou a chegada"),
    };

    /// <summary>What a step of a test arrival is called.</summary>
    public static Phrase Step(string type) => Steps.GetValueOrDefault(type, Phrase.Same(type));
}
