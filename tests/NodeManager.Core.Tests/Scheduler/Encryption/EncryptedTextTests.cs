using System.Security;
using System.Security.Cryptography;
using NodeManager.Providers.Files;

namespace NodeManager.Core.Tests.Scheduler.Encryption;

/// <summary>What is encrypted comes back with its passphrase alone, and each way to fail says which it is.</summary>
public sealed class EncryptedTextTests
{
    private const string Text = "kind: KubeSchedulerConfiguration # ü 𝒳\r\n";

    private static Passphrase Phrase(string text)
    {
        var secure = new SecureString();
        foreach (var character in text)
            secure.AppendChar(character);
        return Passphrase.Of(secure);
    }

    private static string ErrorOf(string encrypted, string passphrase)
    {
        using var phrase = Phrase(passphrase);
        return Assert.Throws<NodeManagerException>(() => EncryptedText.Decrypt(encrypted, phrase, "backup.pem")).ErrorId;
    }

    [Theory]
    [InlineData(Text)]
    [InlineData("")]
    public void Decryption_with_the_passphrase_returns_the_text(string text)
    {
        using var passphrase = Phrase("correct horse");
        var encrypted = EncryptedText.Encrypt(text, passphrase);
        Assert.True(EncryptedText.IsEncrypted(encrypted));
        Assert.DoesNotContain("KubeScheduler", encrypted, StringComparison.Ordinal);
        Assert.NotEqual(encrypted, EncryptedText.Encrypt(text, passphrase));
        Assert.Equal(text, EncryptedText.Decrypt(encrypted, passphrase, "x"));
        Assert.Equal(text, EncryptedText.Decrypt("Subject: x\r\n\r\n" + encrypted.ReplaceLineEndings("\r\n"), passphrase, "x"));
    }

    [Fact]
    public void A_wrong_passphrase_is_distinguished_from_a_damaged_file()
    {
        using var passphrase = Phrase("right");
        var encrypted = EncryptedText.Encrypt(Text, passphrase);
        Assert.Equal(ErrorIds.SchedulerPassphraseWrong, ErrorOf(encrypted, "wrong"));
        Assert.Equal(ErrorIds.SchedulerBackupDamaged, ErrorOf(encrypted[..^40], "right"));
        Assert.Equal(ErrorIds.SchedulerBackupDamaged, ErrorOf("something else", "right"));
        var bytes = Bytes(encrypted);
        for (var index = 0; index < bytes.Length; index += 7)
        {
            var damaged = bytes.ToArray();
            damaged[index] ^= 1;
            Assert.Equal(ErrorIds.SchedulerBackupDamaged, ErrorOf(Block(damaged), "right"));
        }
    }

    [Fact]
    public void A_forged_text_with_a_valid_checksum_is_refused()
    {
        using var passphrase = Phrase("right");
        var bytes = Bytes(EncryptedText.Encrypt(Text, passphrase));
        foreach (
            var (place, mask, expected) in new[]
            {
                (0, 3, ErrorIds.SchedulerBackupDamaged), // another version
                (1, 0x7f, ErrorIds.SchedulerBackupDamaged), // an hour of iterations
                (22, 1, ErrorIds.SchedulerBackupDamaged), // the nonce
                (50, 1, ErrorIds.SchedulerBackupDamaged), // the text
                (5, 1, ErrorIds.SchedulerPassphraseWrong), // the salt: another key
            }
        )
        {
            var forged = bytes.ToArray();
            forged[place] ^= (byte)mask;
            SHA256.HashData(forged.AsSpan(0, forged.Length - 32)).CopyTo(forged, forged.Length - 32);
            Assert.Equal(expected, ErrorOf(Block(forged), "right"));
        }
    }

    [Fact]
    public void A_passphrase_is_zeroed_and_an_empty_one_refused()
    {
        var passphrase = Phrase("sécret");
        Assert.Equal("sécret"u8.ToArray(), passphrase.Bytes.ToArray());
        passphrase.Dispose();
        Assert.All(passphrase.Bytes.ToArray(), one => Assert.Equal(0, one));
        Assert.Equal(ErrorIds.SchedulerPassphraseInvalid, Assert.Throws<NodeManagerException>(() => Phrase("")).ErrorId);
        Assert.Equal(ErrorIds.SchedulerPassphraseInvalid, Assert.Throws<NodeManagerException>(() => Phrase("\uD800")).ErrorId);
    }

    private static byte[] Bytes(string pem) => Convert.FromBase64String(pem[PemEncoding.Find(pem).Base64Data]);

    private static string Block(byte[] bytes) => PemEncoding.WriteString("NODEMANAGER ENCRYPTED TEXT", bytes);
}
