using StoreEdge.Agent.Health;
using StoreEdge.Agent.Sensing;
using StoreEdge.Core.Presence;

namespace StoreEdge.Agent.Pages.Technician;

/// <summary>What the page of the radios says.</summary>
internal static class RadioWords
{
    public static readonly Phrase Levels = new("Levels", "Níveis");
    public static readonly Phrase LevelsHint = new(
        "What this machine's receivers hear of enrolled devices, the last minute. Devices have numbers here, never addresses. Satellites and ESPresense nodes are not listened to. Dashed: enter, dotted: exit; the thin lines are -40, -60 and -80 dBm.",
        "O que os receptores desta máquina ouvem de aparelhos cadastrados, no último minuto. Aqui aparelhos têm números, nunca endereços. Satélites e nós ESPresense não são ouvidos. Tracejado: entrada, pontilhado: saída; as linhas finas são -40, -60 e -80 dBm.");
    public static readonly Phrase Listen = new("Listen for 3 minutes", "Ouvir por 3 minutos");
    public static readonly Phrase NoReceivers = new("No receiver hangs on this machine.", "Nenhum receptor nesta máquina.");

    /// <summary><c>{0}</c> is the number.</summary>
    public static readonly Phrase Tag = new("device {0}", "aparelho {0}");
    public static readonly Phrase Silence = new("nothing heard yet", "nada ouvido ainda");
    public static readonly Phrase Metre = new("At one metre", "A um metro");
    public static readonly Phrase MetreHint = new(
        "Hold an enrolled tag one metre from the receiver, in the open, and stand still behind it.", "Segure um tag cadastrado a um metro do receptor, sem nada entre os dois, e fique parado atrás dele.");
    public static readonly Phrase Receiver = new("Receiver", "Receptor");
    public static readonly Phrase Measure = new("Measure for 60 seconds", "Medir por 60 segundos");

    /// <summary><c>{0}</c> is the receiver, <c>{1}</c> the median in dBm, <c>{2}</c> the deviation in dB, <c>{3}</c> packets a second.</summary>
    public static readonly Phrase Measured = new("{0}: {1} dBm, ±{2} dB, {3} packets/s.", "{0}: {1} dBm, ±{2} dB, {3} pacotes/s.");
    public static readonly Phrase Steady = new("Steady: nothing is in its way.", "Estável: nada no caminho.");
    public static readonly Phrase Usable = new("Usable. Turning the antenna or moving it away from metal may help.", "Utilizável. Girar a antena ou afastá-la de metal pode ajudar.");
    public static readonly Phrase Unsteady = new("Unsteady: look for metal, people or another radio between tag and receiver, and measure again.", "Instável: procure metal, pessoas ou outro rádio entre o tag e o receptor, e meça de novo.");
    public static readonly Phrase TooFew = new("Too few packets for a judgement: is the tag enrolled, and does it advertise at least once a second?", "Pacotes de menos para julgar: o tag está cadastrado e anuncia ao menos uma vez por segundo?");
    public static readonly Phrase WalkIn = new("Walk in", "Entrar na loja");
    public static readonly Phrase WalkHint = new(
        "Carry an enrolled tag as a customer would. First to and fro before the door, then through the shop, far corners too.", "Leve um tag cadastrado como um cliente levaria. Primeiro diante da porta, de um lado a outro; depois por toda a loja, até os cantos.");
    public static readonly Phrase First = new("1. Before the door (20 s)", "1. Diante da porta (20 s)");
    public static readonly Phrase Second = new("2. In the shop (40 s)", "2. Dentro da loja (40 s)");
    public static readonly Phrase NotHeard = new("Start before the door first; a tag must be heard there ten times.", "Comece diante da porta; um tag precisa ser ouvido lá dez vezes.");
    public static readonly Phrase Trusted = new("These thresholds tell inside from outside here.", "Estes limiares separam dentro de fora aqui.");
    public static readonly Phrase NotTrusted = new("Do not rely on this walk: see each receiver.", "Não confie nesta caminhada: veja cada receptor.");

    /// <summary><c>{0}</c> enter, <c>{1}</c> exit, <c>{2}</c> and <c>{3}</c> the medians outside and inside.</summary>
    public static readonly Phrase Proposed = new("enter {0}, exit {1} dBm; heard {2} outside, {3} inside", "entrada {0}, saída {1} dBm; ouvido {2} fora, {3} dentro");
    public static readonly Phrase Propose = new("Put into the configuration…", "Levar à configuração…");
    public static readonly Phrase Begun = new("Listening.", "Ouvindo.");
    public static readonly Phrase Busy = new("Somebody listens already, or there is nothing to listen with.", "Alguém já está ouvindo, ou não há com que ouvir.");

    /// <summary><c>{0}</c> is what, <c>{1}</c> how many seconds.</summary>
    public static readonly Phrase Running = new("{0}: {1} s left", "{0}: faltam {1} s");

    private static readonly Dictionary<CalibrationVerdict, Phrase> Verdicts = new()
    {
        [CalibrationVerdict.Good] = new("good, it tells the sides apart", "bom, separa os lados"),
        [CalibrationVerdict.Usable] = new("usable; hanging it farther from the door, or turning it, may help", "utilizável; afastá-lo da porta ou girá-lo pode ajudar"),
        [CalibrationVerdict.Overlaps] = new("both sides sound alike here; hang it elsewhere, or put something solid between", "os dois lados soam iguais aqui; mude-o de lugar, ou ponha algo sólido no meio"),
        [CalibrationVerdict.TooFarFromTheDoor] = new("hears the door too faintly; hang it at the door", "ouve a porta fraco demais; pendure-o junto à porta"),
        [CalibrationVerdict.WrongSide] = new("hears the other side better than its own; is its side right in the configuration?", "ouve melhor o outro lado; o lado dele está certo na configuração?"),
        [CalibrationVerdict.Deaf] = new("heard next to nothing on its own side; look for metal around its antenna", "quase não ouviu no próprio lado; procure metal em volta da antena"),
    };

    /// <summary>What a verdict means, and what to do.</summary>
    public static Phrase Of(CalibrationVerdict verdict) => Verdicts.GetValueOrDefault(verdict, TooFew);

    /// <summary>What goes on.</summary>
    public static Phrase Of(ListeningFor what) => what switch { ListeningFor.OneMetre => Metre, ListeningFor.Outside => First, ListeningFor.Inside => Second, _ => Levels };
}
