namespace StoreEdge.Agent.Health;

/// <summary>
/// What the codes of <see cref="HealthBoard"/> are called on the page, which check they speak about, and what to do in Portuguese. The rooms write their
/// warnings in English, with the evidence in them; a code that is not listed is still shown, in English.
/// </summary>
internal static class WarningWords
{
    /// <summary>A family of codes, being all codes that start with it and end there or go on with a colon.</summary>
    /// <param name="Check">The check that such a warning overrules, without what follows the colon; null where it stands alone.</param>
    /// <param name="Title">What the warning is about.</param>
    /// <param name="Action">What to do, in Portuguese.</param>
    /// <param name="Every">Whether such a warning speaks about that one check whatever follows the colon: topics, not parts of the store.</param>
    private sealed record Family(string? Check, Phrase Title, string Action, bool Every = false);

    private static readonly Dictionary<string, Family> Families = new(StringComparer.Ordinal)
    {
        ["broker-library-missing"] = new("libmosquitto", new("MQTT library", "Biblioteca MQTT"), "Instale a biblioteca: sudo apt-get install libmosquitto1. Ela é usada na próxima tentativa."),
        ["broker-descriptors"] = new("link", Phrase.Same("Broker"), "Reinicie o serviço e relate: algo não fecha seus arquivos."),
        ["broker-option-refused"] = new("link", Phrase.Same("Broker"), "Verifique os arquivos e valores de mqtt na configuração: storeedge check-config."),
        ["broker-name-not-resolved"] = new("link", Phrase.Same("Broker"), "Verifique o servidor de nomes desta máquina (resolvectl) e mqtt.host."),
        ["broker-connection-refused"] = new("link", Phrase.Same("Broker"), "Verifique se o broker está ativo e escuta na porta de mqtt.port."),
        ["broker-unreachable"] = new("link", Phrase.Same("Broker"), "Verifique cabo, gateway e rotas desta máquina (ip route)."),
        ["broker-timed-out"] = new("link", Phrase.Same("Broker"), "Verifique se algum firewall descarta a porta de mqtt.port no caminho."),
        ["broker-tls-failed"] = new("link", Phrase.Same("Broker"), "Compare o certificado do broker com mqtt.caFile (autoridade, nome, validade) e o relógio desta máquina (timedatectl)."),
        ["broker-tls-files"] = new("link", Phrase.Same("Broker"), "Coloque arquivos PEM legíveis pelo serviço em mqtt.caFile, mqtt.certificateFile e mqtt.keyFile; são usados na próxima tentativa."),
        ["broker-tls-key-mismatch"] = new("link", Phrase.Same("Broker"), "Coloque em mqtt.keyFile a chave feita com o certificado; ambos são usados na próxima tentativa."),
        ["broker-tls-authority"] = new("link", Phrase.Same("Broker"), "Coloque em mqtt.caFile o certificado da autoridade que assinou o do broker. Se ninguém a trocou, pergunte quem responde nesse endereço."),
        ["broker-tls-name"] = new("link", Phrase.Same("Broker"), "Use em mqtt.host um nome que esteja no certificado do broker, ou peça um certificado para esse nome."),
        ["broker-tls-expired"] = new("link", Phrase.Same("Broker"), "Peça a quem opera o broker que renove o certificado citado."),
        ["broker-tls-not-yet-valid"] = new("link", Phrase.Same("Broker"), "Espere o primeiro dia do certificado, ou peça a quem opera o broker o anterior de volta."),
        ["broker-tls-clock"] = new("link", Phrase.Same("Broker"), "Acerte primeiro o relógio desta máquina (timedatectl; ele precisa de um servidor de hora); só se estiver certo, renove o certificado citado."),
        ["broker-tls-client-expired"] = new("link", Phrase.Same("Broker"), "Coloque certificado e chave renovados em mqtt.certificateFile e mqtt.keyFile; são usados em segundos, sem reiniciar."),
        ["broker-tls-client-refused"] = new("link", Phrase.Same("Broker"), "Pergunte a quem opera o broker se ele confia na autoridade de mqtt.certificateFile e se esse certificado foi revogado."),
        ["broker-tls-expected"] = new("link", Phrase.Same("Broker"), "Ponha mqtt.tls em true (e mqtt.caFile para uma autoridade própria), ou use em mqtt.port a porta sem TLS."),
        ["broker-tls-not-spoken"] = new("link", Phrase.Same("Broker"), "Use em mqtt.port a porta TLS do broker (costuma ser 8883), ou ponha mqtt.tls em false."),
        ["broker-tls-new-files"] = new(null, new("New TLS files", "Novos arquivos TLS"), "Corrija os novos arquivos de mqtt (certificado completo e sua chave); até lá os anteriores continuam em uso."),
        ["broker-tls-library"] = new(null, new("TLS library", "Biblioteca TLS"), "Instale libssl3; até lá os certificados de mqtt são verificados pelo relógio da máquina."),
        ["broker-client-certificate-expires"] = new("certificate:client", new("Client certificate", "Certificado do cliente"), "Renove o certificado de mqtt.certificateFile com sua chave antes dessa data; os novos arquivos são usados em segundos."),
        ["certificate-renewal-failed"] = new("certificate:client", new("Client certificate", "Certificado do cliente"), "Pergunte à central se a autoridade dela responde; a renovação é tentada de novo automaticamente. Antes dessa data: sudo storeedge enroll --claim-file - com um novo código."),
        ["broker-authority-expires"] = new("certificate:authority", new("Certificate authority", "Autoridade certificadora"), "Acrescente a nova autoridade a mqtt.caFile antes dessa data, junto à anterior."),
        ["broker-server-certificate-expires"] = new("certificate:server", new("Certificate of the broker", "Certificado do broker"), "Peça a quem opera o broker de mqtt que renove o certificado antes dessa data."),
        ["broker-certificate-name"] = new(null, new("Client certificate", "Certificado do cliente"), "Use um certificado com o id desta loja como CN em mqtt.certificateFile, ou corrija store.id."),
        ["broker-on-fallback"] = new(null, new("Fallback broker", "Broker reserva"), "Nada se perde. Verifique com quem opera o primeiro broker (mqtt.host); a volta é automática."),
        ["broker-login-refused"] = new("link", Phrase.Same("Broker"), "Confira mqtt.username e o arquivo da senha com quem opera o broker; o arquivo corrigido é usado na próxima tentativa."),
        ["broker-protocol-refused"] = new("link", Phrase.Same("Broker"), "Use mqtt.protocol \"3.1.1\" com um broker sem MQTT 5, e TLS se a porta exigir."),
        ["broker-refused"] = new("link", Phrase.Same("Broker"), "Procure o id desta loja no log do broker."),
        ["broker-connection-lost"] = new("link", Phrase.Same("Broker"), "Nada, se passar: o agente reconecta sozinho e envia o que espera. Se repetir, verifique a rede e o log do broker."),
        ["broker-session-taken-over"] = new("link", Phrase.Same("Broker"), "Encontre a segunda máquina que usa o id desta loja e dê a ela um próprio."),
        ["broker-dismissed"] = new("link", Phrase.Same("Broker"), "Veja o motivo no log do broker; o agente reconecta sozinho."),
        ["broker-stopped"] = new("link", Phrase.Same("Broker"), "Nada."),
        ["broker-subscription-refused"] = new("broker-access", new("Broker subscription", "Assinatura no broker"), "Permita que o login desta loja leia esse tópico (lista de acesso do broker).", Every: true),
        ["central-messages-dropped"] = new(null, new("Messages from central", "Mensagens da central"), "Verifique a carga desta máquina; se repetir, envie o log."),
        ["central-message-bad"] = new(null, new("Message from central", "Mensagem da central"), "Relate à central: a mensagem não segue o contrato."),
        ["central-not-acknowledging"] = new("outbox", Phrase.Same("Central"), "Nada se perde. Pergunte à central se o serviço de jornada está ativo."),
        ["state-refused"] = new("broker-access", new("State of the store", "Estado da loja"), "Permita que o login desta loja publique em state/ (lista de acesso do broker).", Every: true),
        ["event-refused"] = new("dead-letters", new("Refused events", "Eventos recusados"), "Permita que o login desta loja publique esse tópico, ou aumente o limite de tamanho do broker; os eventos ficam guardados aqui (storeedge journal dead-letters).", Every: true),
        ["batches-refused"] = new("broker-access", new("Batches of the backlog", "Lotes da fila de envio"), "Permita que o login desta loja publique evt-batch (lista de acesso do broker); até lá os eventos seguem um a um.", Every: true),
        ["broker-busy"] = new("outbox", Phrase.Same("Broker"), "Nada, se passar: o envio continua sozinho. Se persistir, verifique os limites e a carga do broker."),
        ["ack-other-epoch"] = new(null, new("Acknowledgement", "Confirmação"), "Informe à central a época deste diário; ela confirmou a de outro."),
        ["ack-beyond-last"] = new(null, new("Acknowledgement", "Confirmação"), "O disco foi restaurado de uma cópia antiga? Mova o diário e reinicie, para começar nova época."),
        ["journal-behind-central"] = new(null, new("Journal", "Diário"), "O disco foi restaurado de uma cópia antiga? Mova o diário e reinicie, para começar nova época."),
        ["journal-rows-damaged"] = new(null, new("Journal", "Diário"), "O resto continua. Se repetir, o cartão está falhando: dmesg, storeedge journal verify, e troque o cartão."),
        ["journal-replaced"] = new("journal-quarantine", new("Journal", "Diário"), "A loja continua. O arquivo danificado está em quarantine/; veja com storeedge journal salvage ARQUIVO. Se repetir, troque o cartão."),
        ["journal-damaged"] = new(null, new("Journal", "Diário"), "O agente reinicia e substitui o diário. Se o aviso ficar, o disco está falhando: troque o cartão."),
        ["journal-epoch-not-kept"] = new(null, new("Journal", "Diário"), "Verifique o espaço e o estado do disco."),
        ["access-point-unheard"] = new(null, new("Access point", "Ponto de acesso"), "Verifique se o hostapd está ativo, se ctrl_interface é esse diretório e se o serviço pode escrever nele; os caminhos estão em gate.accessPoints."),
        ["leases-unreadable"] = new(null, new("Address leases", "Concessões de endereço"), "Compare gate.leaseFile com dhcp-leasefile do dnsmasq e permita que o serviço leia o arquivo."),
        ["controller-unreachable"] = new(null, new("Wi-Fi controller", "Controlador de Wi-Fi"), "Verifique se o controlador está ligado e se esta máquina o alcança; o endereço está em portal.controller.url."),
        ["controller-certificate"] = new(null, new("Wi-Fi controller", "Controlador de Wi-Fi"), "Coloque a autoridade em portal.controller.caFile ou o SHA-256 do certificado em portal.controller.fingerprint. Se ninguém o trocou, pergunte quem responde nesse endereço."),
        ["controller-login-refused"] = new(null, new("Wi-Fi controller", "Controlador de Wi-Fi"), "Confira a conta e a senha (ou a chave de API) de portal.controller com quem administra o controlador; o arquivo corrigido é usado na próxima tentativa."),
        ["controller-refused"] = new(null, new("Wi-Fi controller", "Controlador de Wi-Fi"), "Verifique no controlador o site (portal.controller.site), o hotspot com portal externo e se a conta pode autorizar convidados."),
        ["controller-strange"] = new(null, new("Wi-Fi controller", "Controlador de Wi-Fi"), "Verifique se portal.controller.url aponta para o controlador e qual é a versão dele; relate junto com o texto."),
        ["portal-key-replaced"] = new(null, new("Portal key", "Chave do portal"), "Nada precisa ser feito: as páginas abertas nos celulares pedem o aceite de novo. Se houver cópia da chave, coloque-a de volta e reinicie."),
        ["satellites-identity"] = new(null, new("Satellites", "Satélites"), "Coloque de volta uma cópia do arquivo, ou apague-o e pareie os satélites de novo; ele é lido de novo sozinho."),
        ["words-in-doubt"] = new(null, new("Customer preferences", "Preferências dos clientes"), "Nada precisa ser feito: ninguém recebe promoções até consentir de novo. Se a central confirmou quem disse pare: storeedge journal trust-words --directory DIR."),
        ["supplier-voted-down"] = new(null, new("Suppliers", "Fornecedores"), "Converse com o fornecedor ou retire suas ofertas do pacote. Ele volta sozinho quando votos mais novos forem melhores ou os antigos envelhecerem."),
        ["state-not-writable"] = new(null, new("State directory", "Diretório de estado"), "Veja o motivo (dmesg; ls -ld) e corrija: mount -o remount,rw, ou chown para o usuário do serviço. O agente percebe sozinho e traz tudo de volta; não desligue a máquina antes."),
        ["journal-not-home"] = new(null, new("Journal", "Diário"), "Corrija a causa citada e reinicie o serviço antes de desligar a máquina: o que foi dito nesse período ainda está só na memória."),
        ["journal-write"] = new(null, new("Journal", "Diário"), "Verifique o espaço e o estado do disco (storeedge journal verify) e envie o log."),
        ["journal-full"] = new(null, new("Full disk", "Disco cheio"), "Libere espaço no disco de state.directory (df -h; journalctl --vacuum-size=100M). O resto segue sozinho; a central é informada do que se perdeu."),
        ["journal-projection"] = new(null, new("Journal", "Diário"), "Envie o log e a saída de storeedge journal verify."),
        ["journal-subscriber"] = new(null, new("Journal reader", "Leitor do diário"), "Nada, se passar; se repetir, a máquina está sobrecarregada: envie o log."),
        ["presence-not-kept"] = new(null, new("Presence events", "Eventos de presença"), "Verifique o espaço e o estado do disco; veja o aviso do diário."),
        ["preferences-unreadable"] = new(null, new("Customer preferences", "Preferências dos clientes"), "Execute storeedge journal verify e verifique o disco."),
        ["deciding-overloaded"] = new(null, new("Deciding", "Decisão"), "Reinicie o agente; se voltar, relate com a exportação do diário."),
        ["decision-not-kept"] = new(null, new("Decisions", "Decisões"), "Verifique o espaço e o estado do disco; veja o aviso do diário."),
        ["staff-password-guessed"] = new(null, new("Staff displays", "Telas da equipe"), "Pergunte à equipe se foi alguém de lá; se não foi, descubra quem está na rede da própria loja."),
        ["technician-pin-guessed"] = new(null, new("Technician's page", "Página do técnico"), "Pergunte se foi um técnico; se não foi, descubra quem está na rede da própria loja e restrinja technician.networks."),
        ["technician-pin-unusable"] = new(null, new("Technician's page", "Página do técnico"), "Execute `storeedge technician pin`, verifique se o serviço pode ler technician.pinFile e reinicie."),
        ["help-not-escalated"] = new(null, new("Help requests", "Pedidos de ajuda"), "Verifique o espaço e o estado do disco; veja o aviso do diário. Os pedidos continuam nas telas da equipe."),
        ["proof-not-kept"] = new(null, new("Proof of play", "Prova de exibição"), "Verifique o espaço e o estado do disco; veja o aviso do diário."),
        ["bundle-missing"] = new("bundle", new("Offer bundle", "Pacote de ofertas"), "Coloque um pacote em bundle.file, legível pelo agente."),
        ["bundle-refused"] = new("bundle", new("Offer bundle", "Pacote de ofertas"), "Corrija o pacote; storeedge bundle check ARQUIVO mostra cada erro."),
        ["bundle-expired"] = new("bundle", new("Old offer bundle", "Pacote de ofertas antigo"), "Envie um pacote mais novo, ou coloque um em bundle.file e reinicie."),
        ["bundle-last-good"] = new("bundle", new("Offer bundle", "Pacote de ofertas"), "Corrija o pacote e verifique espaço e permissões do diretório de estado."),
        ["desired-refused"] = new(null, new("Document from central", "Documento da central"), "Corrija na central e envie com uma versão nova; o que valia continua valendo."),
        ["desired-reverted"] = new(null, new("Document taken back", "Documento desfeito"), "Corrija na central e envie com uma versão nova; esta não é tentada de novo."),
        ["desired-no-key"] = new(null, new("Document from central", "Documento da central"), "Coloque a chave pública de quem assina em um arquivo e indique-o em central.publicKeyFile."),
        ["desired-key-unreadable"] = new(null, new("Public key of central", "Chave pública da central"), "Corrija central.publicKeyFile e reinicie."),
        ["desired-damaged"] = new(null, new("Documents from central", "Documentos da central"), "Verifique o disco; envie os documentos de novo pela central, com versões novas."),
        ["desired-unusable"] = new(null, new("Configuration from central", "Configuração da central"), "Corrija os arquivos da loja, ou envie uma configuração nova pela central."),
        ["answers-not-sent"] = new("broker-access", new("Answers to central", "Respostas à central"), "Permita que o login desta loja publique em res/ e no tópico pedido (lista de acesso do broker).", Every: true),
        ["enrolment-refused"] = new("enrolment", new("Enrolled beacons", "Beacons cadastrados"), "Corrija o arquivo e reinicie, ou envie a lista pela central; até lá seus clientes são desconhecidos."),
        ["names-not-carried"] = new(null, new("Change of pseudonyms", "Troca de pseudônimos"), "É tentado de novo a cada hora; verifique o espaço e o estado do disco."),
        ["pseudonym-key-missing"] = new(null, new("Pseudonym key", "Chave de pseudônimos"), "Coloque a geração anterior de volta em enrolment.pseudonymKeyFile, acima da nova, por ao menos uma partida do agente."),
        ["enrolment-not-kept"] = new("enrolment", new("Enrolled beacons", "Beacons cadastrados"), "Verifique espaço e permissões do diretório de estado."),
        ["display-silent"] = new("display", new("Display", "Tela"), "Verifique energia e rede; o navegador deve mostrar /display/ e o nome da tela. Se já mostra, reinicie-o."),
        ["display-frozen"] = new("display", new("Display", "Tela"), "Olhe para a tela; reinicie o navegador dela."),
        ["display-content"] = new("display", new("Display", "Tela"), "Recarregue a página da tela; o navegador pode ser antigo demais."),
        ["receiver-fault"] = new("receiver", new("Receiver", "Receptor"), "Verifique se o rádio está conectado e se a fonte em receivers[] está certa."),
        ["receiver-deaf"] = new("receiver", new("Receiver", "Receptor"), "Desconecte o adaptador, espere cinco segundos e conecte de novo (no Raspberry Pi, reinicie a máquina). Se outros são ouvidos: verifique a bateria e o lugar dos beacons fixos."),
        ["receiver-duty"] = new(null, new("Scanning", "Varredura"), "Atualize o kernel (5.11 ou mais novo) ou use uma fonte hci:."),
        ["receiver-duplicates"] = new(null, new("Repeated advertisements", "Anúncios repetidos"), "Atualize o kernel (6.6.45, 6.10.4 ou mais novo) ou use uma fonte hci:; se o beacon fixo está longe, aproxime-o."),
        ["receiver-canary"] = new(null, new("Fixed beacon near receiver", "Beacon fixo perto do receptor"), "Verifique a bateria e o lugar dos beacons fixos perto deste receptor."),
        ["receiver-stream"] = new(null, new("Receiver stream", "Fluxo do receptor"), "Verifique o programa que envia a este soquete: ele não fala btsnoop."),
        ["strangers-recorded"] = new(null, new("Everybody is being recorded", "Todos estão sendo gravados"), "Se ninguém da sua equipe procura uma falha aqui, encerre esse processo e apague a gravação."),
        ["tap-unavailable"] = new(null, new("Recording and calibrating", "Gravação e calibração"), "Verifique as permissões e o comprimento do caminho do diretório de estado; tenta de novo sozinho."),
        ["satellites-listen"] = new(null, new("Satellites", "Satélites"), "Verifique satellites.listen: o endereço deve ser desta máquina e a porta livre (ss -ltnp)."),
        ["satellite-pairings"] = new(null, new("Pairings of satellites", "Pareamentos de satélites"), "Verifique as permissões da pasta satellites no diretório de estado, ou pareie os satélites de novo."),
        ["satellite-refused"] = new(null, new("Refused satellite", "Satélite recusado"), "Se for um satélite desta loja: storeedge satellite pair NOME --out ARQUIVO, e leve o arquivo até ele. Se não for, reserve essa porta aos aparelhos da loja."),
        ["satellite-away"] = new(null, new("Satellite", "Satélite"), "Verifique energia e rede do satélite; ele reconecta sozinho. Nele: journalctl -u storeedge-satellite -n 50"),
        ["satellite-malformed"] = new(null, new("Satellite", "Satélite"), "Use a mesma versão do StoreEdge nas duas máquinas."),
        ["satellite-unplaced"] = new(null, new("Receivers of satellite", "Receptores do satélite"), "Acrescente-os a receivers[] com a fonte satellite:NOME/RECEPTOR e reinicie o agente, ou retire-os do satélite."),
        ["satellite-uplink"] = new(null, new("Road to the store", "Caminho até a loja"), "Verifique a rede entre os dois aparelhos e o agente da loja; o aviso diz o motivo."),
        ["device-absent"] = new("display", new("Lamp, panel or button", "Lâmpada, painel ou botão"), "Verifique plugue, alimentação e endereço (o aviso diz onde); permissões: grupos i2c e gpio e DeviceAllow= na unidade. Volta a ser usado sozinho."),
        ["clock-unsynchronized"] = new("clock", new("Clock", "Relógio"), "Verifique a rede e `timedatectl status`; libere UDP 123 até um servidor de hora. Os eventos ficam guardados e seus horários são corrigidos depois."),
        ["collector-away"] = new(null, new("Collector of metrics and traces", "Coletor de métricas e rastros"), "Verifique metrics.otlp e se o coletor aceita OTLP sobre HTTP (costuma ser a porta 4318)."),
        ["clock-off"] = new("clock", new("Clock", "Relógio"), "Deixe um servidor de hora acertá-lo: sudo timedatectl set-ntp true (ou chronyc makestep). Certificados que parecem vencidos provavelmente estão bons."),
        ["clock-not-kept"] = new(null, new("Last known time", "Última hora conhecida"), "Verifique espaço e permissões do diretório de estado."),
        ["portal-failed"] = new("portal", Phrase.Same("Portal"), "Veja os avisos do diário e o log; os clientes recebem um pedido de desculpas."),
        ["gate-not-held"] = new("gate", new("Guest gate", "Porta dos visitantes"), "Veja o motivo no aviso: direitos (CAP_NET_ADMIN na unidade) ou biblioteca (sudo apt-get install libnftables1). Tenta de novo sozinho."),
        ["gate-neighbours"] = new(null, new("Guest gate", "Porta dos visitantes"), "Inclua AF_NETLINK em RestrictAddressFamilies= da unidade; o kernel deve ser 5.0 ou mais novo."),
        ["gate-tampered"] = new("gate", new("Guest gate", "Porta dos visitantes"), "Encontre o que recarrega o firewall (nftables, fail2ban, docker) e faça-o deixar a tabela 'inet storeedge' em paz: sem 'flush ruleset'."),
        ["gate-forwarding"] = new("gate", new("Guest gate", "Porta dos visitantes"), "Copie deploy/access-point/sysctl.conf para /etc/sysctl.d/ e execute sysctl --system."),
        ["gate-nearly-full"] = new(null, new("Guest gate", "Porta dos visitantes"), "Aumente gate.maxGuests ou reduza gate.passage."),
        ["gate-full"] = new(null, new("Guest gate", "Porta dos visitantes"), "Aumente gate.maxGuests e reinicie, ou reduza gate.passage."),
        ["portal-not-listening"] = new("portal", new("Guest portal", "Portal de visitantes"), "Verifique se portal.listen e portal.tlsListen são endereços desta máquina e se nada mais escuta ali (ss -ltnp)."),
        ["portal-certificate-unusable"] = new(null, new("Certificate of the portal", "Certificado do portal"), "Coloque o certificado (com os intermediários depois dele) e sua chave, ambos PEM e legíveis pelo serviço, em portal.certificateFile e portal.keyFile; são usados em segundos."),
        ["portal-certificate-key"] = new(null, new("Certificate of the portal", "Certificado do portal"), "Coloque em portal.keyFile a chave feita com o certificado; ambos são usados em segundos."),
        ["portal-certificate-name"] = new(null, new("Certificate of the portal", "Certificado do portal"), "Use um certificado para o nome de portal.hostName, ou corrija esse nome."),
        ["portal-certificate-expires"] = new("certificate:portal", new("Certificate of the portal", "Certificado do portal"), "Renove portal.certificateFile e sua chave antes dessa data; os novos arquivos são usados em segundos, sem reiniciar."),
        ["portal-network-option"] = new(null, new("Network options of the portal", "Opções de rede do portal"), "Verifique as permissões do diretório citado."),
        ["vital-sign"] = new(null, new("Vital sign", "Sinal vital"), "O systemd reinicia o serviço se persistir; depois envie o log (journalctl -u storeedge)."),
    };

    /// <summary>Whether the code is listed.</summary>
    public static bool Knows(string code) => Families.ContainsKey(Split(code).Family);

    /// <summary>The check that a warning overrules, or null.</summary>
    public static string? CheckOf(string code)
    {
        var (family, after) = Split(code);
        return Families.GetValueOrDefault(family) is { Check: { } check } found ? found.Every ? check : check + after : null;
    }

    /// <summary>The warning as a check.</summary>
    public static HealthCheck AsCheck(HealthWarning warning)
    {
        var (name, after) = Split(warning.Code);
        var family = Families.GetValueOrDefault(name);
        var title = family?.Title ?? Phrase.Same(name.Replace('-', ' '));
        var suffix = after.Length > 0 ? $" {after[1..]}" : "";
        // A link to another broker than central's has a section of its own in the configuration, and the code says which.
        var action = family?.Action is { } written && name.StartsWith("broker-", StringComparison.Ordinal) && after.Length > 0
            ? written.Replace("mqtt", after[1..], StringComparison.Ordinal) : family?.Action ?? warning.NextAction;
        return new(
            warning.Code, new(title.English + suffix, title.Portuguese + suffix), warning.Severity == Severity.Fault ? CheckVerdict.Fail : CheckVerdict.Warn,
            Phrase.Same(warning.Text), new(warning.NextAction, action))
        { Fault = warning.Code };
    }

    private static (string Family, string Suffix) Split(string code) => code.IndexOf(':', StringComparison.Ordinal) is > 0 and var cut ? (code[..cut], code[cut..]) : (code, "");
}
