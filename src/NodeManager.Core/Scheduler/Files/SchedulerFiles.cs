using System.Security;
using System.Text;
using NodeManager.Core.Scheduler.Catalog;
using NodeManager.Core.Scheduler.Comparing;
using NodeManager.Core.Scheduler.Documents;
using NodeManager.Core.Scheduler.Encryption;
using NodeManager.Core.Scheduler.Live;
using NodeManager.Core.Scheduler.Observing;
using NodeManager.Core.Scheduler.Validation;

namespace NodeManager.Core.Scheduler.Files;

/// <summary>Reads configurations from files, and changes them there.</summary>
public static class SchedulerFiles
{
    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>
    /// Changes the configuration in a file: what the change does not concern stays byte for byte. The new file takes the old one's place at
    /// once, with its permissions, so that no reader sees half of it.
    /// </summary>
    /// <param name="path">The file.</param>
    /// <param name="key">The key of a ConfigMap in it; null: the first that holds a configuration.</param>
    /// <param name="minor">The scheduler's release, for the checks.</param>
    /// <param name="catalog">The known plugins, for the checks; null: the standard ones.</param>
    /// <param name="edit">Makes the change.</param>
    /// <param name="force">Write it although a scheduler would not start with it.</param>
    /// <param name="confirm">Whether to write it; asked once, with what differs.</param>
    /// <param name="revisionLimit">How many former files are kept beside it; see <see cref="FileBackups"/>.</param>
    /// <param name="cancellationToken">Gives up; the file stays as it was.</param>
    /// <returns>What was written; null where nothing had to be, or was not to be.</returns>
    /// <exception cref="NodeManagerException">
    /// It cannot be read or written, a scheduler would not start with it for a reason that is new, or another changed the file meanwhile.
    /// </exception>
    public static async Task<SchedulerDocument?> ChangeAsync(
        string path,
        string? key,
        int? minor,
        PluginCatalog? catalog,
        Func<SchedulerDocument, SchedulerDocument> edit,
        bool force,
        Func<IReadOnlyList<SchedulerConfigurationDifference>, Task<bool>> confirm,
        int revisionLimit,
        CancellationToken cancellationToken)
    {
        var manifest = await ReadAsync(path, key, cancellationToken);
        var changed = edit(manifest.Document);
        var differences = ValueComparison.Compare(YamlValue.Of(manifest.Document.Root), YamlValue.Of(changed.Root));
        if (changed.Text == manifest.Document.Text)
            return null;
        if (!force)
            ChangeCheck.Refuse(manifest.Document, changed, new ValidationOptions { Minor = minor, File = path, Catalog = catalog }, path);
        var text = manifest.Write(changed);
        if (!await confirm(differences))
            return null;
        await SwapAsync(path, manifest.Text, text, revisionLimit, cancellationToken);
        SchedulerTelemetry.Changed(ChangeCount.Of(manifest.Document, changed, differences));
        return changed;
    }

    /// <summary>The same for a whole new configuration.</summary>
    public static Task<SchedulerDocument?> ReplaceAsync(
        string path, string? key, int? minor, PluginCatalog? catalog, string text, bool force,
        Func<IReadOnlyList<SchedulerConfigurationDifference>, Task<bool>> confirm, int revisionLimit, CancellationToken cancellationToken) =>
        ChangeAsync(path, key, minor, catalog, _ => SchedulerDocument.Parse(text, "the new configuration"), force, confirm, revisionLimit, cancellationToken);

    /// <summary>What to call a scheduler's exported configuration.</summary>
    public static string NameFor(string cluster, ClusterScheduler scheduler)
    {
        var name = $"{cluster}_{scheduler.Namespace}_{scheduler.ConfigMap}_{scheduler.Key}";
        return string.Concat(name.Select(sign => char.IsAsciiLetterOrDigit(sign) || sign is '.' or '-' or '_' ? sign : '-'));
    }

    /// <summary>Writes a configuration's text to a file; with a passphrase encrypted, so that it never lies there in the open.</summary>
    /// <exception cref="NodeManagerException">AlreadyExists; SchedulerFileNotWritten; SchedulerPassphraseInvalid.</exception>
    public static async Task ExportAsync(string path, string text, SecureString? passphrase, bool overwrite, CancellationToken cancellationToken)
    {
        if (passphrase is not null)
        {
            using var secret = Passphrase.Of(passphrase);
            text = EncryptedText.Encrypt(text, secret);
        }

        try
        {
            await using var file = new FileStream(path, overwrite ? FileMode.Create : FileMode.CreateNew, FileAccess.Write);
            await file.WriteAsync(Strict.GetBytes(text), cancellationToken);
        }
        catch (IOException exception) when (!overwrite && File.Exists(path))
        {
            throw new NodeManagerException(ErrorIds.AlreadyExists, ErrorKind.ResourceExists,
                $"There is a file {path} already.", path, "Name another, or use -Force to replace it.", exception);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new NodeManagerException(ErrorIds.SchedulerFileNotWritten, ErrorKind.PermissionDenied,
                $"{path} cannot be written: {exception.Message}", path, "See that the folder is there and that you may write into it.", exception);
        }
    }

    /// <summary>Reads a file, a byte order mark included: the text is the file's, character for character.</summary>
    /// <param name="path">The file.</param>
    /// <param name="key">The key of a ConfigMap in it; null: the first that holds a configuration.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="NodeManagerException">It cannot be read, is no UTF-8, or holds no configuration.</exception>
    public static Task<SchedulerManifest> ReadAsync(string path, string? key, CancellationToken cancellationToken) =>
        ReadAsync(path, key, null, cancellationToken);

    /// <summary>The same of a file that may be encrypted.</summary>
    /// <exception cref="NodeManagerException">SchedulerPassphraseWrong, SchedulerPassphraseInvalid, SchedulerBackupDamaged; and as above.</exception>
    public static async Task<SchedulerManifest> ReadAsync(string path, string? key, SecureString? passphrase, CancellationToken cancellationToken)
    {
        try
        {
            return SchedulerManifest.Read(Open(Strict.GetString(await File.ReadAllBytesAsync(path, cancellationToken)), passphrase, path), path, key);
        }
        catch (DecoderFallbackException exception)
        {
            throw new NodeManagerException(ErrorIds.SchedulerConfigurationInvalid, ErrorKind.InvalidData,
                $"{path} is no text in UTF-8.", path, "Save it as UTF-8.", exception);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new NodeManagerException(ErrorIds.SchedulerConfigurationNotFound, ErrorKind.ResourceUnavailable,
                $"{path} cannot be read: {exception.Message}", path, "See that the file is there and that you may read it.", exception);
        }
    }

    private static async Task SwapAsync(string path, string before, string after, int revisionLimit, CancellationToken cancellationToken)
    {
        var target = File.ResolveLinkTarget(path, returnFinalTarget: true)?.FullName ?? path;
        var temporary = $"{target}.{Guid.NewGuid():n}.tmp";
        try
        {
            await File.WriteAllBytesAsync(temporary, Strict.GetBytes(after), cancellationToken);
            if (!OperatingSystem.IsWindows())
                File.SetUnixFileMode(temporary, File.GetUnixFileMode(target));
            if (Strict.GetString(await File.ReadAllBytesAsync(target, cancellationToken)) != before)
                throw new NodeManagerException(ErrorIds.Conflict, ErrorKind.ResourceBusy,
                    $"{path} was changed by another at the same time; it was left as it is.", path, "Run it again.");
            await FileBackups.KeepAsync(target, revisionLimit, cancellationToken);
            File.Move(temporary, target, overwrite: true);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new NodeManagerException(ErrorIds.SchedulerFileNotWritten, ErrorKind.PermissionDenied,
                $"{path} cannot be written: {exception.Message}", path, "See that you may write into its folder.", exception);
        }
        finally
        {
            File.Delete(temporary);
        }
    }

    private static string Open(string text, SecureString? passphrase, string path)
    {
        if (!EncryptedText.IsEncrypted(text))
            return text;
        if (passphrase is null)
            throw new NodeManagerException(ErrorIds.SchedulerPassphraseInvalid, ErrorKind.SecurityError,
                $"{path} is encrypted.", path, "Give the passphrase that it was exported with, with -Passphrase.");
        using var secret = Passphrase.Of(passphrase);
        return EncryptedText.Decrypt(text, secret, path);
    }
}
