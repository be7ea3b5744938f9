using System.Globalization;
using System.Text;
using System.Text.Json;
using NodeManager.Sandbox.Api.Bodies;
using NodeManager.Sandbox.Model.Kinds.Errors;
using NodeManager.Sandbox.Model.Schema;

namespace NodeManager.Sandbox.Api.Reading;

/// <summary>A continue token: the version of the first page, and the last returned key.</summary>
internal readonly record struct ListPage(long Version, string Namespace, string Name)
{
    private static readonly System.Buffers.SearchValues<char> Alphabet = System.Buffers.SearchValues.Create(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    );

    public string Encode() =>
        Convert.ToBase64String(Encoding.UTF8.GetBytes($"{Version}\n{Namespace}\n{Name}")).TrimEnd('=').Replace('+', '-').Replace('/', '_');

    public static ListPage Decode(string token)
    {
        int wrong = token.AsSpan().IndexOfAnyExcept(Alphabet);

        // A remainder of one character is an incomplete byte.
        if (wrong < 0 && token.Length % 4 == 1)
            wrong = token.Length - 1;
        if (wrong >= 0)
            throw Invalid($"illegal base64 data at input byte {wrong}");
        byte[] bytes = Convert.FromBase64String(token.Replace('-', '+').Replace('_', '/').PadRight((token.Length + 3) / 4 * 4, '='));
        return
            Encoding.UTF8.GetString(bytes).Split('\n') is [var version, var ns, var name]
            && long.TryParse(version, NumberStyles.None, CultureInfo.InvariantCulture, out long number)
            ? new(number, ns, name)
            : throw Invalid(WhyNot(bytes));
    }

    // Tokens of real servers are JSON; so are the messages.
    private static string WhyNot(byte[] bytes)
    {
        try
        {
            return JsonNode.Parse(bytes) switch
            {
                JsonObject token => $"server does not recognize this encoded version {token.Text("v")}",
                { } other => $"json: cannot unmarshal {ValueTypes.NameOf(other)} into Go value of type storage.continueToken",
                null => "server does not recognize this encoded version ",
            };
        }
        catch (JsonException fault)
        {
            return BodyFaults.Of(fault, bytes);
        }
    }

    private static ApiException Invalid(string why) => StatusErrors.BadRequest($"invalid continue token: continue key is not valid: {why}");
}
