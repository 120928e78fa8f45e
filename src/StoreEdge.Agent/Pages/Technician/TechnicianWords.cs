using StoreEdge.Agent.Health;

namespace StoreEdge.Agent.Pages.Technician;

/// <summary>What all of the technician's pages say; what one of them says stands with it.</summary>
internal static class TechnicianWords
{
    public static readonly Phrase Title = new("Technician", "Técnico");
    public static readonly Phrase Pages = new("Technician's pages", "Páginas do técnico");
    public static readonly Phrase Languages = new("Language", "Idioma");
    public static readonly Phrase ReadOnly = new("State of the store (read-only)", "Estado da loja (só leitura)");
    public static readonly Phrase Secret = new("PIN, password or one-time code", "PIN, senha ou código de uso único");
    public static readonly Phrase Enter = new("Open", "Entrar");
    public static readonly Phrase Leave = new("Close", "Sair");
    public static readonly Phrase Wrong = new("That is neither the PIN nor a code that is still good.", "Não é o PIN nem um código que ainda vale.");

    /// <summary><c>{0}</c> is the time.</summary>
    public static readonly Phrase Wait = new("Too many attempts from here. Try again in {0}, or use a one-time code.", "Muitas tentativas daqui. Tente de novo em {0}, ou use um código de uso único.");
    public static readonly Phrase CodeHint = new("No PIN at hand? On the machine, `storeedge technician code` prints a code that is good once.", "Sem o PIN? Na máquina, `storeedge technician code` mostra um código que vale uma vez.");
    public static readonly Phrase NoPinTitle = new("Nothing can be changed from here yet", "Ainda não é possível mudar nada por aqui");
    public static readonly Phrase NoPinFirst = new("On the machine, choose a PIN: `storeedge technician pin --file /etc/storeedge/secrets/technician-pin`", "Na máquina, escolha um PIN: `storeedge technician pin --file /etc/storeedge/secrets/technician-pin`");
    public static readonly Phrase NoPinSecond = new(
        "Name it in the configuration: `\"technician\": { \"pinFile\": \"credential:secret_technician-pin\" }`", "Indique-o na configuração: `\"technician\": { \"pinFile\": \"credential:secret_technician-pin\" }`");
    public static readonly Phrase NoPinThird = new("Restart the service: `systemctl restart storeedge`", "Reinicie o serviço: `systemctl restart storeedge`");
    public static readonly Phrase OtherNetwork = new(
        "This page does not answer in your network. technician.networks in the store's configuration says where it does.", "Esta página não responde na sua rede. technician.networks, na configuração da loja, diz onde responde.");
    public static readonly Phrase Foreign = new("This form did not come from a page of this store. Nothing was done.", "Este formulário não veio de uma página desta loja. Nada foi feito.");
    public static readonly Phrase Stale = new("This page was too old. Nothing was done; open it again.", "Esta página ficou velha. Nada foi feito; abra-a de novo.");
    public static readonly Phrase NoAudit = new("What is done here must be written down, and that cannot be done now ({0}). Nothing was done.", "O que se faz aqui precisa ser registrado, e agora não é possível ({0}). Nada foi feito.");
}
