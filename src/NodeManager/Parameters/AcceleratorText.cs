using System.Globalization;

namespace NodeManager.Parameters;

/// <summary><c>nvidia-tesla-v100=2</c>; without a number, one.</summary>
internal static class AcceleratorText
{
    /// <exception cref="NodeManagerException">NodePoolInvalid.</exception>
    public static NodePoolAccelerator Parse(string text)
    {
        int at = text.LastIndexOf('=');
        if (at < 0 && text.Length > 0)
            return new() { Type = text, Count = 1 };
        return at > 0 && int.TryParse(text.AsSpan(at + 1), NumberStyles.None, CultureInfo.InvariantCulture, out int count) && count > 0
            ? new() { Type = text[..at], Count = count }
            : throw new NodeManagerException(
                ErrorIds.NodePoolInvalid,
                ErrorKind.InvalidArgument,
                $"'{text}' is not an accelerator.",
                text,
                "Write TYPE=COUNT, such as nvidia-tesla-v100=1."
            );
    }
}
