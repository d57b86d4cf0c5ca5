/** Lines for a person. They leave standard output alone when that is for a program. */
export class Say {
  readonly #stream: NodeJS.WriteStream
  #openLine = false

  constructor(json: boolean) {
    this.#stream = json ? process.stderr : process.stdout
  }

  line(text = ''): void {
    this.#endOpenLine()
    this.#stream.write(`${text}\n`)
  }

  /** Shows one line in place of the one before, on a terminal; elsewhere it says nothing. */
  progress(text: string): void {
    if (!this.#stream.isTTY) return
    this.#stream.write(`\r\u001b[K${text}`)
    this.#openLine = true
  }

  #endOpenLine(): void {
    if (this.#openLine) this.#stream.write('\r\u001b[K')
    this.#openLine = false
  }
}
