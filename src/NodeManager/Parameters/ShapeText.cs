using System.Globalization;
using NodeManager.Kubernetes.Quantities;

namespace NodeManager.Parameters;

/// <summary><c>large=8x32Gi</c>, or <c>large=8x32Gi@zone-a</c> for one zone.</summary>
internal static class ShapeText
{
    /// <exception cref="NodeManagerException">NodePoolInvalid.</exception>
    public static NodePoolShape Parse(string text)
    {
        if (
            text.Split('=', 2) is [{ Length: > 0 } name, var size]
            && size.Split('@', 2) is [var amounts, .. var zone]
            && amounts.Split('x', 2) is [var cores, var memory]
            && long.TryParse(cores, NumberStyles.None, CultureInfo.InvariantCulture, out long count)
            && count > 0
            && Quantity.TryParse(memory, out Quantity bytes)
            && bytes.Value is >= 1 << 20 and <= long.MaxValue
        )
            return new()
            {
                Name = name,
                CpuCores = count,
                Memory = (long)bytes.Value,
                Zone = zone is [var one] ? one : "",
            };
        throw new NodeManagerException(
            ErrorIds.NodePoolInvalid,
            ErrorKind.InvalidArgument,
            $"'{text}' is not a machine size.",
            text,
            "Write NAME=CORESxMEMORY, such as large=8x32Gi, or NAME=CORESxMEMORY@ZONE for one zone."
        );
    }
}
