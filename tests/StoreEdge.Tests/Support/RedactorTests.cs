using StoreEdge.Agent.Support;

namespace StoreEdge.Tests.Support;

public sealed class RedactorTests
{
    [Theory]
    [InlineData("AA:BB:CC:DD:EE:0F")]
    [InlineData("aa:bb:cc:dd:ee:0f")]
    [InlineData("AA-BB-CC-DD-EE-0F")]
    [InlineData("dev_AA_BB_CC_DD_EE_0F")]
    [InlineData("aabb.ccdd.ee0f")]
    [InlineData("aabbccddee0f")]
    [InlineData("AABBCCDDEE0F")]
    [InlineData("0xaabbccddee0f")]
    [InlineData("aa bb cc dd ee 0f")]
    [InlineData("lladdr aa:bb:cc:dd:ee:0f STALE")]
    [InlineData("deviceAABBCCDDEE0F")]
    [InlineData("deviceaabbccddee0f")]
    [InlineData("node00:aa:bb:cc:ee:0f")]
    [InlineData("faceAA:BB:CC:DD:EE:0F")]
    public void An_address_goes_in_whatever_way_it_is_written(string text)
    {
        var redacted = new Redactor([]).Redact($"phone {text}, gone");
        Assert.DoesNotContain("ee0f", new string([.. redacted.ToLowerInvariant().Where(char.IsAsciiLetterOrDigit)]), StringComparison.Ordinal);
        Assert.Contains("[mac-1]", redacted, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("maria.silva+loja@example.com.br", "silva")]
    [InlineData("jos\u00e9@exemplo.com", "exemplo")]
    [InlineData("maria%40example.com", "example")]
    [InlineData("+55 11 98765-4321", "4321")]
    [InlineData("(11) 98765-4321", "4321")]
    [InlineData("11 98765 4321", "4321")]
    [InlineData("11987654321", "4321")]
    [InlineData("+5511987654321", "4321")]
    [InlineData("+1-202-555-0143", "0143")]
    [InlineData("192.168.77.31", "77.31")]
    [InlineData("fe80::1c2d:3eff:fe4f:5a6b", "5a6b")]
    [InlineData("2001:db8:0:0:0:0:0:beef", "beef")]
    [InlineData("fd00::beef", "beef")]
    [InlineData("::ffff:192.168.77.31", "77.31")]
    [InlineData("k1-0123456789abcdefghjkmnpqrs", "hjkmn")]
    [InlineData("0193b3a2-7c1e-7000-8000-0000000000ab", "7c1e")]
    [InlineData("ibeacon:f7826da6-4fa2-4e98-8024-bc5b71e0893e/7/42", "/7/42")]
    [InlineData("eddystone-uid:edd1ebeac04e5defa017/0a1b2c3d4e5f", "edd1")]
    [InlineData("5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e", "5e5e")]
    [InlineData("Zm9vYmFyQmF6UXV4MTIzNDU2Nzg5MA==", "Zm9v")]
    [InlineData("Authorization: Bearer abc.def-ghi", "def-ghi")]
    [InlineData("mqtt password=hunter2!x", "hunter2")]
    [InlineData("\"password\": \"hunter two\"", "hunter")]
    [InlineData("pin: 4711", "4711")]
    [InlineData("api_key='k-1-2-3'", "k-1-2-3")]
    [InlineData("mqtts://store:hunter2@broker.example:8883", "hunter2")]
    [InlineData("token eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiJtYXJpYSJ9.c2ln", "eyJzdWIi")]
    [InlineData("/home/mariasilva/notes", "mariasilva")]
    [InlineData("""{\"password\":\"GEHEIM\"}""", "GEHEIM")]
    [InlineData("""{\"password\": \"GE, HEIM\"}""", "HEIM")]
    [InlineData("""{\\\"senha\\\":\\\"GE\\\\\\\"HEIM\\\"}""", "HEIM")]
    [InlineData("password \"GE HEIM\"", "HEIM")]
    [InlineData("passphrase 'GEHEIM'", "GEHEIM")]
    [InlineData("mosquitto_pub --password GEHEIM --topic x", "GEHEIM")]
    [InlineData("--mqtt-password \"GE HEIM\"", "HEIM")]
    [InlineData("wifi-psk -> GEHEIM", "GEHEIM")]
    [InlineData("token => GEHEIM", "GEHEIM")]
    [InlineData("password%3DGEHEIM", "GEHEIM")]
    [InlineData("%22password%22%3a%22GEHEIM%22", "GEHEIM")]
    [InlineData("technicianPin=4711", "4711")]
    [InlineData("technician_pin: 4711", "4711")]
    [InlineData("technician PIN is 48151623", "48151623")]
    [InlineData("the password is now Geheim12", "Geheim12")]
    [InlineData("PIN 4711", "4711")]
    [InlineData("storeedge enroll --claim 0K3M-5ABC-DEFG-H1JK-MNPQ-RSTV-WXYZ-0123-4567", "RSTV")]
    [InlineData("0k3m-5abc-defg-h1jk-mnpq-rstv-wxyz-0123-4567", "rstv")]
    [InlineData("0K3M 5ABC DEFG H1JK MNPQ RSTV WXYZ 0123 4567", "RSTV")]
    [InlineData("0K3M5ABCDEFGH1JKMNPQRSTVWXYZ01234567", "RSTV")]
    [InlineData("0k3m5abcdefgh1jkmnpqrstvwxyz01234567", "rstv")]
    [InlineData("code ACDE-FGHJ-KLMN", "FGHJ")]
    [InlineData("code acd3-fghj-klmn", "fghj")]
    [InlineData("code ACD3FGHJKLMN", "FGHJ")]
    [InlineData("code ACD3 FGHJ KLMN", "FGHJ")]
    [InlineData("CPF 123.456.789-09", "789")]
    [InlineData("CNPJ 12.345.678/0001-95", "345")]
    [InlineData("CNPJ 12.ABC.345/01DE-35", "ABC")]
    [InlineData("call 98765-4321", "4321")]
    [InlineData("card 4111 1111 1111 1111", "1111")]
    [InlineData("card 4111-1111-1111-1111, 12/29", "1111")]
    [InlineData("card 3782 822463 10005", "822463")]
    [InlineData("10.0.0.5.1883 > 10.0.0.6.50312: Flags", "10.0.0")]
    [InlineData("joao@localhost", "joao")]
    public void What_names_a_person_a_device_or_a_secret_goes(string text, string gone) =>
        Assert.DoesNotContain(gone, new Redactor([]).Redact($"before {text} after"), StringComparison.OrdinalIgnoreCase);

    [Fact]
    public void A_key_in_PEM_goes_whole_also_where_its_end_was_cut_off()
    {
        const string Pem = "-----BEGIN PRIVATE KEY-----\nMIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQg\nabc\n-----END PRIVATE KEY-----";
        Assert.Equal("a [pem] b", new Redactor([]).Redact($"a {Pem} b"));
        Assert.Equal("a [pem]", new Redactor([]).Redact($"a {Pem[..60]}"));
    }

    [Fact]
    public void Whoever_is_enrolled_goes_by_name_and_number_and_no_other_word_with_them_in_it()
    {
        var redactor = new Redactor(["Ana", "C-1000042", "Maria da Silva"]);
        Assert.Equal("[known-1] asked for [known-2]; Anastasia and banana did not, [known-1] again, [known-3].", redactor.Redact("C-1000042 asked for ANA; Anastasia and banana did not, c-1000042 again, Maria da Silva."));
        Assert.Equal(4, redactor.Taken["known"]);
    }

    [Theory]
    [InlineData("12:04:07.250 info: Mqtt[0] Connected to the broker 127.0.0.1:8883, session resumed, window 50")]
    [InlineData("2026-11-22T18:37:37.0000000+00:00 event 4813 of 12345678 bytes")]
    [InlineData("\"passwordFile\": \"/etc/storeedge/secrets/mqtt\", \"publicKeyFile\": \"central.pem\"")]
    [InlineData("receiver-silent:door on hci0 (usb-xhci), mmcblk0p2, ext4, kernel 6.12.47+rpt-rpi-v8")]
    [InlineData("journal 98765 of 98799, sequences 98765-98799 and 3456-7890, 12345-67890 sent, epoch 7, in 1.250 s")]
    [InlineData("lowmem_reserve[]: 0 1024 2048 4096 8192 16384")]
    [InlineData("serial@7d001000, gpio@fe200000: mmc@7e300000 on serial-getty@ttyS0")]
    [InlineData("version 10.0.0, .NET 10.0.1-servicing.25612.4, openssl 3.0.17-1~deb12u2, OID 1.3.6.1.4.1.311")]
    [InlineData("the password is wrong 3 times, the token is missing, the secret is not readable; no PIN is set, GPIO pin 17")]
    [InlineData("ping: 12 ms; this well-made-list, some-edge-name, 2026-11-22, ACCE-LERATOR, HEAD-LINE")]
    [InlineData("Nov 22 18:37:37 store-1 storeedge[4711]: 12:04:07.250 warn: door 3 kept 2026-11-22T18:37:37.123Z at 1732300000123ms")]
    [InlineData("[ 1234.567890] usb 1-1.4: new full-speed USB device number 5")]
    public void What_a_supporter_needs_stays(string text) => Assert.Equal(text, new Redactor([]).Redact(text));

    [Fact]
    public void The_same_phone_has_the_same_mark_everywhere_in_one_bundle_and_what_is_open_stays()
    {
        var redactor = new Redactor([], ["192.168.0.2", "5f0c2c36-5c1e-4d7a-9b53-0d6a3f1e8c21"]);
        Assert.Equal("[mac-1] [mac-2] [mac-1]", redactor.Redact("aa:bb:cc:dd:ee:01 aa:bb:cc:dd:ee:02 AABB.CCDD.EE01"));
        Assert.Equal("192.168.0.2 5f0c2c36-5c1e-4d7a-9b53-0d6a3f1e8c21", redactor.Redact("192.168.0.2 5f0c2c36-5c1e-4d7a-9b53-0d6a3f1e8c21"));
    }
}
