using System.Diagnostics;
using System.Text;

namespace Sluice.Tests.Integration.Schemas;

/// <summary>A Python that has Apache Avro's library (Debian: python3-avro), when there is one.</summary>
internal static class PythonAvro
{
    /// <summary>Why tests with it skip.</summary>
    public const string Absent = "no Python with the avro library was found: apt-get install python3-avro (eng/test-setup.sh tries to)";

    /// <summary>The interpreter, or null.</summary>
    public static string? Interpreter { get; } = new[] { "/usr/bin/python3", "python3" }.FirstOrDefault(HasAvro);

    /// <summary>Runs a script and returns its lines; a failure throws with what it printed.</summary>
    public static string[] Run(params string[] arguments) => RunWith("", arguments);

    /// <summary>Runs a script with something on its standard input.</summary>
    public static string[] RunWith(string input, params string[] arguments)
    {
        var (code, output, error) = Start(Interpreter!, arguments, input);
        return code == 0 ? output.Split('\n', StringSplitOptions.RemoveEmptyEntries) : throw new InvalidOperationException(error);
    }

    private static bool HasAvro(string python)
    {
        try
        {
            return Start(python, ["-c", "import avro.schema, avro.datafile, avro.io"]).Code == 0;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return false; // no such program
        }
    }

    private static (int Code, string Output, string Error) Start(string python, string[] arguments, string input = "")
    {
        using var process = Process.Start(new ProcessStartInfo(python, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardOutputEncoding = Encoding.UTF8,
            Environment = { ["PYTHONIOENCODING"] = "utf-8" },
        })!;
        var error = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEndAsync();
        try
        {
            process.StandardInput.Write(input);
            process.StandardInput.Close();
        }
        catch (IOException)
        {
            // It ended before it had read everything; its errors say why.
        }

        process.WaitForExit();
        return (process.ExitCode, output.Result, error.Result);
    }
}

/// <summary>A theory that needs Python's Avro library; skipped, and saying so, where there is none.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class PythonAvroTheoryAttribute : TheoryAttribute
{
    public PythonAvroTheoryAttribute() => Skip = PythonAvro.Interpreter is null ? PythonAvro.Absent : null!;
}
