using System.Globalization;
using NodeManager.Kubernetes.Quantities;

namespace NodeManager.Parameters;

/// <summary>
/// <c>large=8x32Gi</c>, <c>large=8x32Gi@zone-a</c> for one zone, <c>gpu=8x32Gi+nvidia.com/gpu=1+price=1.20</c> with further resources and
/// an hourly price, <c>+label:KEY=VALUE</c> for a label of its nodes.
/// </summary>
internal static class ShapeText
{
    private const string LabelPrefix = "label:",
        Price = "price";

    /// <exception cref="NodeManagerException">NodePoolInvalid.</exception>
    public static NodePoolShape Parse(string text)
    {
        if (
            text.Split('=', 2) is [{ Length: > 0 } name, var rest]
            && rest.Split('@', 2) is [var amounts, .. var zone]
            && amounts.Split('+') is [var size, .. var parts]
            && size.Split('x', 2) is [var cores, var memory]
            && long.TryParse(cores, NumberStyles.None, CultureInfo.InvariantCulture, out long count)
            && count > 0
            && Quantity.TryParse(memory, out Quantity bytes)
            && bytes.Value is >= 1 << 20 and <= long.MaxValue
        )
        {
            Dictionary<string, string> resources = [],
                labels = [];
            decimal? price = null;
            foreach (string part in parts)
            {
                if (part.Split('=', 2) is not [{ Length: > 0 } key, var value])
                    throw Invalid(text);
                if (key.StartsWith(LabelPrefix, StringComparison.Ordinal))
                    labels[key[LabelPrefix.Length..]] = value;
                else if (key != Price)
                    resources[key] = Quantity.TryParse(value, out _) ? value : throw Invalid(text);
                else if (decimal.TryParse(value, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out decimal amount))
                    price = amount;
                else
                    throw Invalid(text);
            }

            return new()
            {
                Name = name,
                CpuCores = count,
                Memory = (long)bytes.Value,
                Zone = zone is [var one] ? one : "",
                Resources = new(resources),
                Labels = new(labels),
                Price = price,
            };
        }

        throw Invalid(text);
    }

    private static NodeManagerException Invalid(string text) =>
        new(
            ErrorIds.NodePoolInvalid,
            ErrorKind.InvalidArgument,
            $"'{text}' is not a machine size.",
            text,
            "Write NAME=CORESxMEMORY, such as large=8x32Gi. +RESOURCE=AMOUNT, +label:KEY=VALUE and +price=AMOUNT add to it, and @ZONE ends it."
        );
}
