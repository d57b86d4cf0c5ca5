/** Given and family names that are common in each place; people are random pairs of them. */
export interface NamePool {
  readonly given: readonly string[]
  readonly family: readonly string[]
}

export const namePools: readonly NamePool[] = [
  {
    given: words('Anja Björn Dörte Friedhelm Jürgen Käthe Matthias Ute Sören Wiebke'),
    family: words('Müller Schäfer Groß Weiß Köhler Krüger Lindemann Vogt Brandt Jäger')
  },
  {
    given: words('Amélie Benoît Chloé Élodie François Gaëlle Hélène Loïc Noémie Théo'),
    family: words('Lefèvre Dubois Garnier Beaumont Chevalier Rousselle Fournier Mercier Lacroix Besson')
  },
  {
    given: words('Agnieszka Bartłomiej Grażyna Jakub Łukasz Małgorzata Michał Paweł Zofia Żaneta'),
    family: words('Nowak Wójcik Kowalczyk Zieliński Woźniak Dąbrowska Kozłowski Jankowska Pawlak Król')
  },
  {
    given: words('Afonso Beatriz Catarina Duarte Inês João Leonor Mafalda Simão Tomás'),
    family: words('Almeida Conceição Figueiredo Gonçalves Magalhães Nóbrega Pinheiro Sequeira Simões Vilaça')
  },
  {
    given: words('Aoife Ciarán Deirdre Eoghan Fionnuala Niamh Oisín Róisín Seán Siobhán'),
    family: words("O'Brien O'Shea Byrne Gallagher Kavanagh McCarthy Nolan Quigley Sweeney Tierney")
  },
  {
    given: words('Åsa Elin Gunnar Håkan Ingrid Jørgen Lars Mette Øyvind Solveig'),
    family: words('Åkesson Bergström Dahl Ødegård Lindqvist Nyström Sørensen Søgaard Thorsen Wikström')
  },
  {
    given: words('Alejandro Begoña Íñigo José Lucía María Ángel Nuria Raúl Ximena'),
    family: words('Castaño Domínguez Fernández Ibáñez Ledesma Muñoz Núñez Peña Vázquez Zúñiga')
  },
  {
    given: words('Ayşe Barış Çağla Deniz Emre Gökçe İlker Şebnem Tuğba Ümit'),
    family: words('Aydın Çelik Demirtaş Erdoğmuş Güneş Kılıç Öztürk Şahin Yıldız Yılmaz')
  },
  {
    given: words('Aditi Arjun Deepika Harish Kavya Lakshmi Nikhil Priya Rohan Vikram'),
    family: words('Banerjee Chaudhary Deshpande Iyer Joshi Krishnan Mehta Nair Patil Srinivasan')
  },
  {
    given: words('Akiko Daisuke Haruka Kenji Mei Naoki Ren Sakura Takumi Yui'),
    family: words('Fujimoto Hayashi Inoue Kobayashi Matsuda Nakamura Okada Shimizu Takahashi Yoshida')
  },
  {
    given: words('Abena Chidi Folasade Kwame Ngozi Olumide Sade Tendai Yaw Zanele'),
    family: words('Adeyemi Boateng Chukwu Dlamini Mensah Mokoena Nkosi Okonkwo Okafor Owusu')
  },
  {
    given: words('Alice Bethany Callum Dylan Grace Hugh Imogen Oliver Rhiannon Winston'),
    family: words(
      'Ashworth Blackwood Fairclough Hargreaves Llewellyn Pemberton Smith-Jones Thistlewood Whitaker Yardley'
    )
  }
]

function words(list: string): readonly string[] {
  return list.split(' ')
}

/** Letters that are no base letter with a mark, so that Unicode's decomposition does not help. */
const letters: Readonly<Record<string, string>> = {
  ß: 'ss',
  ø: 'o',
  Ø: 'O',
  ł: 'l',
  Ł: 'L',
  ı: 'i',
  æ: 'ae',
  đ: 'd'
}

/** As an administrator would type it into an address: `Łukasz O'Brien` becomes `lukasz.obrien`. */
export function asAddress(name: string): string {
  return name
    .replace(/[^ -~]/g, letter => letters[letter] ?? letter)
    .normalize('NFD')
    .replace(/[^A-Za-z0-9 .-]/g, '')
    .replaceAll(' ', '.')
    .toLowerCase()
}
